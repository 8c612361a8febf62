#pragma once

#include <QString>

#include "core/base/error.h"

namespace headscope::ui {

/// What an error of core says, in the language of the window as far as its pattern is translated
/// (translations/core_<language>.ts). On any thread.
QString error_text(const Error& error);

}  // namespace headscope::ui
