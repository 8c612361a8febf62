#include "ui/style/legend.h"

#include <algorithm>
#include <memory>

#include <qcustomplot.h>

namespace headscope::ui {
namespace {

enum class Place { none, right, below };

QSize largest_item(const QCPLegend& legend) {
    QSize size(0, 0);
    for (int i = 0; i < legend.itemCount(); ++i)
        size = size.expandedTo(legend.item(i)->minimumOuterSizeHint());
    return size;
}

}  // namespace

void keep_legend_aside(QCustomPlot& plot, int columns) {
    const auto place = std::make_shared<Place>(Place::none);
    QCPLegend* const legend = plot.legend;
    QObject::connect(&plot, &QCustomPlot::beforeReplot, &plot, [&plot, legend, columns, place] {
        const QSize item = largest_item(*legend);
        const int items = legend->itemCount();
        const bool fits =
            3 * item.width() <= plot.width() && items * (item.height() + 4) <= plot.height();
        const Place wanted = fits ? Place::right : Place::below;
        const int rows = legend->visible() ? (items + columns - 1) / columns : 0;
        const int axes = 9 * plot.fontMetrics().height();
        plot.setMinimumHeight(axes + (fits ? 0 : rows * (item.height() + 4)));
        if (wanted == *place) return;
        *place = wanted;
        legend->layout()->take(legend);
        plot.plotLayout()->simplify();
        const int row = fits ? 0 : 1;
        const int column = fits ? 1 : 0;
        plot.plotLayout()->addElement(row, column, legend);
        if (fits) {
            plot.plotLayout()->setColumnStretchFactor(1, 0.001);
        } else {
            plot.plotLayout()->setRowStretchFactor(1, 0.001);
        }
        legend->setWrap(fits ? 1 : columns);
        legend->setFillOrder(QCPLayoutGrid::foColumnsFirst, /*rearrange=*/true);
    });
}

}  // namespace headscope::ui
