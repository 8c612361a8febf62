#include "ui/style/fitting_tabs.h"

#include <QTabBar>
#include <algorithm>
#include <limits>
#include <vector>

namespace headscope::ui {
namespace {

class FittingBar : public QTabBar {
  public:
    using QTabBar::QTabBar;

    /// Whether what is left of each title still tells which it is.
    [[nodiscard]] bool is_wide_enough() const {
        return widest() >= 8 * fontMetrics().averageCharWidth();
    }

  protected:
    [[nodiscard]] QSize tabSizeHint(int index) const override {
        QSize size = QTabBar::tabSizeHint(index);
        if (index != currentIndex() && !usesScrollButtons())
            size.setWidth(std::min(size.width(), widest()));
        return size;
    }

    /// Tabs are laid out by their hints, which fit; a window may ask for less.
    [[nodiscard]] QSize minimumTabSizeHint(int index) const override {
        const QSize whole = QTabBar::tabSizeHint(index);
        if (usesScrollButtons()) return whole;
        return {std::min(whole.width(), 2 * fontMetrics().height()), whole.height()};
    }

  private:
    /// What the width of other tabs than the current is limited to, so that all fit.
    [[nodiscard]] int widest() const {
        std::vector<int> widths;
        int left = parentWidget() != nullptr ? parentWidget()->width() : width();
        for (int tab = 0; tab < count(); ++tab) {
            const int whole = QTabBar::tabSizeHint(tab).width();
            if (tab == currentIndex()) {
                left -= whole;
            } else {
                widths.push_back(whole);
            }
        }
        std::ranges::sort(widths);
        // The short ones have their width; the others share what they leave.
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const int share = left / static_cast<int>(widths.size() - i);
            if (widths[i] > share) return std::max(share, 1);
            left -= widths[i];
        }
        return std::numeric_limits<int>::max();
    }
};

}  // namespace

FittingTabs::FittingTabs(QWidget* parent) : QTabWidget(parent) {
    auto* bar = new FittingBar(this);
    bar->setProperty("tight", true);  // see OutlinedStyle
    setTabBar(bar);
    connect(this, &QTabWidget::currentChanged, this, &FittingTabs::fit);
}

void FittingTabs::resizeEvent(QResizeEvent* event) {
    fit();
    QTabWidget::resizeEvent(event);
}

void FittingTabs::tabInserted(int index) {
    QTabWidget::tabInserted(index);
    setTabToolTip(index, tabText(index));
    fit();
}

void FittingTabs::fit() {
    const bool fits = static_cast<const FittingBar*>(tabBar())->is_wide_enough();
    setUsesScrollButtons(!fits);
    setElideMode(fits ? Qt::ElideRight : Qt::ElideNone);
}

}  // namespace headscope::ui
