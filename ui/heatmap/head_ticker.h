#pragma once

class QCustomPlot;

namespace headscope::ui {

class HeadOrder;

/// Labels both axes of the first axis rect of `plot`, which count places, with the numbers of the
/// heads that stand there: every head where there is room, else every second, fourth, ...
/// `order` must live as long as the plot.
void set_head_tickers(QCustomPlot& plot, const HeadOrder& order);

}  // namespace headscope::ui
