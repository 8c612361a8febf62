#pragma once

#include <QString>
#include <map>
#include <vector>

#include "ui/runs/run.h"

class QCPGraph;
class QCustomPlot;

namespace headscope::ui {

/// Perplexity against the windows done, a curve a run with its interval as a band. A run that grows
/// costs what it grew by, not its length.
class WindowsCurve {
  public:
    enum class Figure {
        change,     ///< of perplexity against the original, per cent
        perplexity  ///< of the merged model, and of the original
    };

    explicit WindowsCurve(QCustomPlot& plot);

    /// Draws exactly these runs, in this order. Does not replot.
    void show(const std::vector<const Run*>& runs, Figure figure);
    /// Takes colours and fonts anew from the plot's palette. Does not replot.
    void restyle();
    /// Lets the axes follow the data, until the user drags or zooms again.
    void fit();

    [[nodiscard]] bool follows() const { return follows_; }
    void set_follows(bool follows) { follows_ = follows; }

  private:
    struct Series {
        QCPGraph* value;
        QCPGraph* low;
        QCPGraph* high;
        QCPGraph* original;
        int color = 0;
        std::size_t drawn = 0;           ///< points of the run's curve that are in the graphs
        std::int64_t drawn_windows = 0;  ///< of the last of these
    };

    void clear();
    Series& series_of(const Run& run);
    void append(Series& series, const Run& run) const;
    void color(const Series& series) const;
    [[nodiscard]] int free_color() const;
    void name_axes();

    QCustomPlot& plot_;
    Figure figure_ = Figure::change;
    std::map<int, Series> series_;  ///< by the run's id
    bool follows_ = true;
};

}  // namespace headscope::ui
