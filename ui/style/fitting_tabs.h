#pragma once

#include <QTabWidget>

namespace headscope::ui {

/// Tabs that fit their width without arrows to scroll: where it does not do, the longest titles are
/// cut short, but not that of the current tab. Arrows come only where hardly anything would be left
/// of them. Tool tips have the whole titles.
class FittingTabs : public QTabWidget {
    Q_OBJECT

  public:
    explicit FittingTabs(QWidget* parent = nullptr);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void tabInserted(int index) override;

  private:
    /// Has the bar ask for the widths of its tabs again.
    void fit();
};

}  // namespace headscope::ui
