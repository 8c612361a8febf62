#pragma once

#include <QString>

namespace headscope::ui {

/// The files that load_corpus() reads, for a file dialog.
[[nodiscard]] QString corpus_filter();

}  // namespace headscope::ui
