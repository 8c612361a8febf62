#include "ui/distribution/threshold_bar.h"

#include <QAbstractSlider>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "core/merging/ranked_pairs.h"
#include "core/report/results.h"
#include "ui/distribution/choose_by.h"
#include "ui/distribution/selection_text.h"
#include "ui/distribution/undo_gesture.h"
#include "ui/session/session.h"
#include "ui/style/flow_layout.h"
#include "ui/style/number_field.h"
#include "ui/style/plan_text.h"
#include "ui/style/text.h"

namespace headscope::ui {

ThresholdBar::ThresholdBar(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      gesture_(new UndoGesture(session, this)),
      scale_(SelectBy::threshold, {}) {
    way_label_ = new QLabel(this);
    way_ = new QComboBox(this);
    way_label_->setBuddy(way_);
    for (int i = 0; i <= static_cast<int>(SelectBy::per_layer); ++i)
        way_->addItem({});
    connect(way_, &QComboBox::activated, this,
            [this](int index) { choose_way(static_cast<SelectBy>(index)); });
    make_fields();
    make_slider();
    make_status();
    grid_ = new QGridLayout(this);
    grid_->setContentsMargins(0, 0, 0, 0);
    auto* buttons = new FlowLayout;
    buttons->addWidget(use_highest_);
    buttons->addWidget(find_);
    grid_->addWidget(status_, 2, 0, 1, 5);
    grid_->addLayout(buttons, 3, 0, 1, 5);
    set_texts();
    arrange();
    const auto on_change = [this] {
        stale_ = true;
        if (isVisible()) refresh();
    };
    connect(&session, &Session::similarities_changed, this, on_change);
    connect(&session, &Session::plan_changed, this, on_change);
    refresh();
}

ThresholdBar::~ThresholdBar() = default;

void ThresholdBar::make_fields() {
    fields_ = new QStackedWidget(this);
    fields_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    threshold_field_ = new NumberField(fields_);
    threshold_field_->setObjectName(QStringLiteral("threshold_field"));
    threshold_field_->setDecimals(4);
    threshold_field_->setRange(-1.0, 1.0);
    percentile_field_ = new NumberField(fields_);
    percentile_field_->setObjectName(QStringLiteral("percentile_field"));
    percentile_field_->setDecimals(3);
    percentile_field_->setRange(0.0, 100.0);
    closest_field_ = new QSpinBox(fields_);
    closest_field_->setObjectName(QStringLiteral("closest_field"));
    closest_field_->setGroupSeparatorShown(true);
    closest_field_->setRange(0, 0);
    threshold_field_->setSingleStep(SliderScale(SelectBy::threshold, {}).step());
    percentile_field_->setSingleStep(SliderScale(SelectBy::percentile, {}).step());
    for (QDoubleSpinBox* field : {threshold_field_, percentile_field_}) {
        field->setKeyboardTracking(false);  // a number that is half typed is none
        fields_->addWidget(field);
        connect(field, &QDoubleSpinBox::valueChanged, this, &ThresholdBar::write);
    }
    closest_field_->setKeyboardTracking(false);
    fields_->addWidget(closest_field_);
    own_thresholds_ = new QLabel(fields_);
    own_thresholds_->setObjectName(QStringLiteral("own_thresholds"));
    own_thresholds_->setTextFormat(Qt::PlainText);
    fields_->addWidget(own_thresholds_);
    connect(closest_field_, &QSpinBox::valueChanged, this, &ThresholdBar::write);
}

void ThresholdBar::make_slider() {
    slider_ = new QSlider(Qt::Horizontal, this);
    slider_->setObjectName(QStringLiteral("threshold_slider"));
    slider_->setSingleStep(20);  // of the wheel; slider_action() does the keys
    connect(slider_, &QSlider::sliderPressed, gesture_, &UndoGesture::start);
    connect(slider_, &QSlider::sliderReleased, gesture_, &UndoGesture::finish);
    connect(slider_, &QSlider::actionTriggered, this, &ThresholdBar::slider_action);
    connect(slider_, &QSlider::valueChanged, this, [this](int position) {
        if (scale_.position_of(value()) != position) write(scale_.value_at(position));
    });
}

void ThresholdBar::make_status() {
    result_ = new QLabel(this);
    result_->setObjectName(QStringLiteral("threshold_result"));
    result_->setTextFormat(Qt::PlainText);
    status_ = new QLabel(this);
    status_->setObjectName(QStringLiteral("threshold_status"));
    status_->setTextFormat(Qt::PlainText);
    status_->setWordWrap(true);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    use_highest_ = new QPushButton(this);
    use_highest_->setObjectName(QStringLiteral("use_highest"));
    use_highest_->setAutoDefault(false);
    connect(use_highest_, &QPushButton::clicked, this, &ThresholdBar::use_highest);
    find_ = new QPushButton(this);
    find_->setObjectName(QStringLiteral("find_thresholds"));
    find_->setAutoDefault(false);
    connect(find_, &QPushButton::clicked, this, &ThresholdBar::find_requested);
}

void ThresholdBar::arrange() {
    for (QWidget* widget :
         std::initializer_list<QWidget*>{way_label_, way_, fields_, slider_, result_}) {
        grid_->removeWidget(widget);
    }
    grid_->addWidget(way_label_, 0, 0);
    grid_->addWidget(way_, 0, 1);
    grid_->addWidget(fields_, 0, 2);
    if (one_row_) {
        grid_->addWidget(slider_, 0, 3);
        grid_->addWidget(result_, 0, 4);
    } else {
        grid_->addWidget(slider_, 1, 0, 1, 5);
        grid_->addWidget(result_, 4, 0, 1, 5);
    }
    grid_->setColumnStretch(3, 1);
}

void ThresholdBar::set_texts() {
    way_label_->setText(tr("Choose &by:"));
    way_->setItemText(static_cast<int>(SelectBy::threshold), tr("Threshold"));
    way_->setItemText(static_cast<int>(SelectBy::percentile), tr("Percentile"));
    way_->setItemText(static_cast<int>(SelectBy::closest), tr("Closest pairs"));
    way_->setItemText(static_cast<int>(SelectBy::per_layer), tr("Per layer"));
    way_->setItemData(static_cast<int>(SelectBy::per_layer),
                      tr("Per-layer thresholds (available after a threshold search)"),
                      Qt::ToolTipRole);
    own_thresholds_->setToolTip(
        tr("The lowest and the highest of the layers' own thresholds. Moving the slider goes back "
           "to one threshold for all."));
    way_->setToolTip(
        tr("How the pairs that are merged are chosen: those with a similarity of at least a "
           "threshold, those in the top of all similarities, or a number of the closest."));
    threshold_field_->setAccessibleName(tr("Threshold"));
    threshold_field_->setToolTip(tr("Pairs of heads at least this similar are merged."));
    percentile_field_->setAccessibleName(tr("Percentile"));
    percentile_field_->setSuffix(tr("\u00a0%", "percentile"));
    percentile_field_->setToolTip(
        tr("Pairs are merged whose similarity is at or above this percentile of all pairs of the "
           "included layers."));
    closest_field_->setAccessibleName(tr("Number of closest pairs"));
    closest_field_->setToolTip(tr("Merges the N most similar pairs, including ties."));
    slider_->setAccessibleName(tr("Which pairs are merged"));
    find_->setText(tr("Find &thresholds..."));
    find_->setToolTip(tr("Finds a threshold for each layer that keeps perplexity within a budget"));
    use_highest_->setToolTip(
        tr("Makes the highest similarity the threshold, which selects at "
           "least one pair."));
}

double ThresholdBar::value() const {
    const Choices& choices = session_.choices();
    switch (choices.select_by) {
        case SelectBy::threshold:
            return choices.threshold;
        case SelectBy::percentile:
            return choices.percentile;
        case SelectBy::closest:
            return choices.closest;
        case SelectBy::per_layer:
            return session_.threshold();
    }
    return choices.threshold;
}

/// Called with what the user edited only; what is shown may be rounded and is never written back.
void ThresholdBar::write(double value) {
    Choices choices = session_.choices();
    const double bounded = scale_.bounded(value);
    QString what;
    switch (choices.select_by) {
        case SelectBy::threshold:
        case SelectBy::per_layer:
            choices.select_by = SelectBy::threshold;
            choices.threshold = rounded_threshold(bounded);
            what = tr("Change threshold");
            break;
        case SelectBy::percentile:
            choices.percentile = bounded;
            what = tr("Change percentile");
            break;
        case SelectBy::closest:
            choices.closest = static_cast<int>(std::lround(bounded));
            what = tr("Change number of pairs");
            break;
    }
    if (choices == session_.choices()) return;
    gesture_->before_change(what);
    session_.choose(choices, what);
}

void ThresholdBar::choose_way(SelectBy select_by) {
    const std::vector<double>& falling = session_.similarities();
    const double threshold =
        session_.per_layer()
            ? threshold_of_closest(falling, static_cast<std::size_t>(session_.summary().pairs))
            : session_.threshold();
    session_.choose(chosen_by(session_.choices(), select_by, falling, threshold),
                    tr("Choose by another value"));
}

void ThresholdBar::use_highest() {
    if (const auto highest = session_.highest_similarity())
        session_.choose_threshold(shortest_threshold(session_.similarities(), *highest));
}

void ThresholdBar::slider_action(int action) {
    const bool up = action == QAbstractSlider::SliderSingleStepAdd;
    if (!up && action != QAbstractSlider::SliderSingleStepSub) return;
    // A key press changes the value by one step, whatever a position stands for there.
    write(value() + (up ? scale_.step() : -scale_.step()));
    slider_->setSliderPosition(scale_.position_of(value()));
}

void ThresholdBar::refresh() {
    stale_ = false;
    setEnabled(session_.model() != nullptr);
    update_ranges();
    update_values();
    update_status();
}

void ThresholdBar::update_ranges() {
    const SelectBy select_by = session_.choices().select_by;
    scale_ = SliderScale(select_by, session_.similarities());
    const QSignalBlocker slider_blocker(slider_);
    const QSignalBlocker field_blocker(closest_field_);
    slider_->setRange(scale_.minimum(), scale_.maximum());
    slider_->setPageStep(scale_.page());
    closest_field_->setMaximum(static_cast<int>(session_.similarities().size()));
    const int per_layer = static_cast<int>(SelectBy::per_layer);
    qobject_cast<QStandardItemModel*>(way_->model())
        ->item(per_layer)
        ->setEnabled(!session_.choices().layer_thresholds.empty());
    way_->setCurrentIndex(static_cast<int>(select_by));
    fields_->setCurrentIndex(static_cast<int>(select_by));
}

void ThresholdBar::update_values() {
    const QSignalBlocker blockers[] = {QSignalBlocker(slider_), QSignalBlocker(threshold_field_),
                                       QSignalBlocker(percentile_field_),
                                       QSignalBlocker(closest_field_)};
    const Choices& choices = session_.choices();
    // As many decimals as the threshold has: it may be one that was proposed.
    const QString text = QString::fromStdString(headscope::threshold_text(choices.threshold));
    const auto decimals = text.size() - 1 - text.indexOf(QLatin1Char('.'));
    threshold_field_->setDecimals(
        text.contains(QLatin1Char('.')) ? std::clamp<int>(static_cast<int>(decimals), 4, 15) : 4);
    threshold_field_->setValue(choices.threshold);
    percentile_field_->setValue(choices.percentile);
    closest_field_->setValue(choices.closest);
    const auto& of_layers = session_.thresholds().of_layers();
    own_thresholds_->setText(of_layers ? layer_thresholds_range(*of_layers) : QString());
    // Many positions may stand for one value: the handle stays where the user put it.
    if (scale_.value_at(slider_->value()) != value()) {
        slider_->setValue(scale_.position_of(value()));
    }
}

void ThresholdBar::update_status() {
    status_->setText(selection_text(session_));
    const auto highest = session_.highest_similarity();
    const bool nothing = session_.model() != nullptr && highest && session_.summary().pairs == 0;
    if (nothing)
        use_highest_->setText(tr("&Use %1").arg(
            threshold_text(shortest_threshold(session_.similarities(), *highest))));
    use_highest_->setVisible(nothing);
    const SelectBy select_by = session_.choices().select_by;
    const bool has_threshold = select_by == SelectBy::threshold || select_by == SelectBy::per_layer;
    result_->setVisible(!has_threshold && highest.has_value());
    result_->setText(tr("Threshold %1").arg(threshold_text(session_.threshold())));
}

int ThresholdBar::width_of_one_row() const {
    const int slider = fontMetrics().averageCharWidth() * 30;
    return way_label_->sizeHint().width() + way_->sizeHint().width() + slider +
           fields_->sizeHint().width() + result_->sizeHint().width() + 4 * grid_->spacing();
}

int ThresholdBar::width_of_fields() const {
    return way_->minimumSizeHint().width() + fields_->sizeHint().width() +
           grid_->horizontalSpacing();
}

QSize ThresholdBar::minimumSizeHint() const {
    return {width_of_fields(), QWidget::minimumSizeHint().height()};
}

void ThresholdBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    // What the box is for can be seen without its label.
    way_label_->setVisible(width() >= width_of_fields() + way_label_->sizeHint().width() +
                                          grid_->horizontalSpacing());
    const bool one_row = width() >= width_of_one_row();
    if (one_row == one_row_) return;
    one_row_ = one_row;
    arrange();
}

void ThresholdBar::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) refresh();
}

void ThresholdBar::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    gesture_->finish();
}

}  // namespace headscope::ui
