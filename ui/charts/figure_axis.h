#pragma once

class QCPAxis;

namespace headscope::ui {

class FigureRange;

/// Lets an axis of figures show a range with some room around it. By powers of ten where it spans
/// more than a factor of 30: a ruined model's perplexity is thousands of times the original's.
void set_figure_range(QCPAxis& axis, const FigureRange& range);

}  // namespace headscope::ui
