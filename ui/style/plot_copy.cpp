#include "ui/style/plot_copy.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QMimeData>

#include <qcustomplot.h>

namespace headscope::ui {

QSize file_size(const QCustomPlot& plot) {
    constexpr QSize kLeast(720, 480);
    return plot.size().expandedTo(kLeast);
}

void copy_plot(QCustomPlot& plot, const QString& table) {
    const QSize size = file_size(plot);
    auto* data = new QMimeData;
    data->setImageData(plot.toPixmap(size.width(), size.height(), 2.0).toImage());
    if (!table.isEmpty()) data->setText(table);
    QApplication::clipboard()->setMimeData(data);
}

QAction* add_copy_action(QWidget& owner, QCustomPlot& plot, std::function<QString()> table) {
    auto* copy = new QAction(QObject::tr("&Copy"), &owner);
    copy->setObjectName(QStringLiteral("copy"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    QObject::connect(copy, &QAction::triggered, &plot, [&plot, table = std::move(table)] {
        copy_plot(plot, table ? table() : QString());
    });
    plot.addAction(copy);
    plot.setContextMenuPolicy(Qt::ActionsContextMenu);
    return copy;
}

}  // namespace headscope::ui
