#include "ui/distribution/live_estimate_view.h"

#include <QCheckBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QSignalBlocker>
#include <initializer_list>

#include "ui/distribution/interval_mark.h"
#include "ui/style/text.h"

namespace headscope::ui {

LiveEstimateView::LiveEstimateView(QWidget* parent) : QWidget(parent) {
    switch_ = new QCheckBox(this);
    switch_->setObjectName(QStringLiteral("live_switch"));
    connect(switch_, &QCheckBox::toggled, this, &LiveEstimateView::toggled);
    text_ = new QLabel(this);
    text_->setObjectName(QStringLiteral("live_text"));
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    interval_ = new IntervalMark(this);
    interval_->setObjectName(QStringLiteral("live_interval"));
    busy_ = new QProgressBar(this);
    busy_->setObjectName(QStringLiteral("live_busy"));
    busy_->setRange(0, 0);
    busy_->setTextVisible(false);
    busy_->setMaximumHeight(fontMetrics().height() / 3);

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->addWidget(switch_, 0, 0);
    grid->addWidget(interval_, 0, 1);
    grid->addWidget(text_, 1, 0, 1, 2);
    grid->addWidget(busy_, 2, 0, 1, 2);
    grid->setColumnStretch(1, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{interval_, busy_}) {
        QSizePolicy policy = widget->sizePolicy();
        policy.setRetainSizeWhenHidden(true);  // the panel must not jump while the slider moves
        widget->setSizePolicy(policy);
    }
    set_texts();
}

void LiveEstimateView::set_estimate(const LiveEstimate& estimate) {
    estimate_ = estimate;
    show_estimate();
}

void LiveEstimateView::set_on(bool on) {
    const QSignalBlocker blocker(switch_);
    switch_->setChecked(on);
}

bool LiveEstimateView::on() const {
    return switch_->isChecked();
}

void LiveEstimateView::set_texts() {
    switch_->setText(tr("&Live estimate"));
    switch_->setToolTip(
        tr("While it is on, each change of the plan is evaluated on a few windows of the text, and "
           "the change of perplexity is shown here with its 95 % interval. It pauses while a run "
           "is evaluated."));
    busy_->setAccessibleName(tr("The live estimate is being refined"));
    show_estimate();
}

QString LiveEstimateView::text() const {
    const auto windows = static_cast<int>(estimate_.windows);
    switch (estimate_.state) {
        case LiveEstimate::State::off:
            return tr("Shows what the plan does to perplexity.");
        case LiveEstimate::State::empty:
            return tr("Nothing to merge: perplexity stays as it is.");
        case LiveEstimate::State::waiting:
            return tr("Waits until the device is free.");
        case LiveEstimate::State::failed:
            return tr("The estimate failed.");
        case LiveEstimate::State::running:
        case LiveEstimate::State::complete:
            break;
    }
    if (!estimate_.change) return tr("Evaluating the first windows\u2026");
    return tr("Perplexity %1, %n window(s)", nullptr, windows)
        .arg(change_text(estimate_.change->perplexity_ratio));
}

void LiveEstimateView::show_estimate() {
    using State = LiveEstimate::State;
    const bool running = estimate_.state == State::running;
    const bool has_figures = (running || estimate_.state == State::complete) && estimate_.change;
    text_->setText(text());
    text_->setEnabled(estimate_.state != State::off);
    text_->setToolTip(estimate_.state == State::failed ? estimate_.error : QString());
    text_->setAccessibleDescription(text_->toolTip());
    busy_->setVisible(running);
    interval_->setVisible(has_figures);
    interval_->set_ratio(has_figures ? std::optional(estimate_.change->perplexity_ratio)
                                     : std::nullopt);
    if (has_figures) {
        interval_->setToolTip(
            tr("The change of perplexity and its 95 % interval beside zero, from \u2212%1 to +%1.")
                .arg(percent_text(interval_->extent())));
    }
}

void LiveEstimateView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) busy_->setMaximumHeight(fontMetrics().height() / 3);
}

}  // namespace headscope::ui
