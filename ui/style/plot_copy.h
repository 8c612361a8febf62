#pragma once

#include <QSize>
#include <QString>
#include <functional>

class QAction;
class QCustomPlot;
class QWidget;

namespace headscope::ui {

/// The size of a plot on paper or in a file: that on the screen, but never too small to be read.
[[nodiscard]] QSize file_size(const QCustomPlot& plot);

/// Puts the picture of a plot on the clipboard at twice its size, and `table`, tab-separated, where
/// that is not empty.
void copy_plot(QCustomPlot& plot, const QString& table = {});

/// Ctrl+C and an entry of the plot's context menu, which copy picture and table. `table` may be
/// empty.
QAction* add_copy_action(QWidget& owner, QCustomPlot& plot, std::function<QString()> table);

}  // namespace headscope::ui
