#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

namespace headscope::ui {

/// An icon of resources/icons/actions in the text colours of a palette. Empty where the file is
/// missing: texts stay.
[[nodiscard]] QIcon action_icon(const QString& name, const QPalette& palette);

/// The program's own.
[[nodiscard]] QIcon application_icon();

}  // namespace headscope::ui
