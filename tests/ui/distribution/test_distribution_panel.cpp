#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <cmath>

#include "core/merging/ranked_pairs.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/distribution/distribution_panel.h"
#include "ui/distribution/distribution_plot.h"
#include "ui/distribution/histogram_view.h"
#include "ui/distribution/slider_scale.h"
#include "ui/session/session.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// The panel with the demo model, shown, and what it is made of.
struct Shown {
    Session session;
    DistributionPanel panel{session};
    DistributionPlot* distribution = panel.findChild<DistributionPlot*>();
    QWidget* plot = child<QWidget>("distribution_plot");
    QSlider* slider = child<QSlider>("threshold_slider");
    QDoubleSpinBox* threshold = child<QDoubleSpinBox>("threshold_field");
    QDoubleSpinBox* percentile = child<QDoubleSpinBox>("percentile_field");
    QSpinBox* closest = child<QSpinBox>("closest_field");
    QLabel* status = child<QLabel>("threshold_status");
    QLabel* result = child<QLabel>("threshold_result");
    QPushButton* use_highest = child<QPushButton>("use_highest");
    QComboBox* way = panel.findChild<QComboBox*>();

    explicit Shown(const QSize& size = {480, 520}) {
        session.set_model(demo_opened_model());
        panel.resize(size);
        panel.show();
        (void)QTest::qWaitForWindowExposed(&panel);
        QCoreApplication::processEvents();
    }

    template <typename T>
    T* child(const char* name) {
        return panel.findChild<T*>(QString::fromLatin1(name));
    }

    void choose_way(SelectBy select_by) {
        way->setCurrentIndex(static_cast<int>(select_by));
        Q_EMIT way->activated(static_cast<int>(select_by));
    }

    [[nodiscard]] QPoint on_line() const {
        return {static_cast<int>(std::lround(distribution->line_x())), plot->height() / 2};
    }

    /// Moves the mouse in steps, as a hand does.
    void drag_line(int dx, int pause_ms = 0) {
        const QPoint from = on_line();
        QTest::mousePress(plot, Qt::LeftButton, {}, from);
        for (int step = 1; step <= 4; ++step) {
            if (step == 3) QTest::qWait(pause_ms);
            move_to(from + QPoint(dx * step / 4, 0));
        }
        QTest::mouseRelease(plot, Qt::LeftButton, {}, from + QPoint(dx, 0));
    }

    void move_to(const QPoint& at) {
        QMouseEvent move(QEvent::MouseMove, QPointF(at), plot->mapToGlobal(QPointF(at)),
                         Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(plot, &move);
    }

    /// Whether slider, field and line show what the session has.
    void compare_all() {
        const Choices& choices = session.choices();
        const SliderScale scale(choices.select_by, session.similarities());
        const std::array values = {choices.threshold, choices.percentile,
                                   static_cast<double>(choices.closest)};
        const double value = values[static_cast<std::size_t>(choices.select_by)];
        QCOMPARE(way->currentIndex(), static_cast<int>(choices.select_by));
        QCOMPARE(scale.value_at(slider->value()), scale.value_at(scale.position_of(value)));
        QVERIFY(std::abs(threshold->value() - choices.threshold) <= 0.5e-4 + 1e-12);
        QVERIFY(std::abs(percentile->value() - choices.percentile) <= 0.5e-3 + 1e-12);
        QCOMPARE(closest->value(), std::min(choices.closest, 720));
        QCOMPARE(threshold->isVisible(), choices.select_by == SelectBy::threshold);
        QCOMPARE(percentile->isVisible(), choices.select_by == SelectBy::percentile);
        QCOMPARE(closest->isVisible(), choices.select_by == SelectBy::closest);
        QCOMPARE(result->isVisible(), choices.select_by != SelectBy::threshold);
        if (result->isVisible()) {
            QVERIFY(result->text().contains(threshold_text(session.threshold())));
        }
    }
};

}  // namespace

class TestDistributionPanel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void controls_follow_the_session_in_every_way_and_add_no_undo_step() {
        Shown shown;
        shown.compare_all();
        Choices choices;
        for (const double threshold : {0.5, 0.98765432, -1.0, 1.0, 0.0}) {
            choices.select_by = SelectBy::threshold;
            choices.threshold = threshold;
            shown.session.choose(choices, QString::number(threshold));
            shown.compare_all();
            QCOMPARE(shown.session.choices().threshold, threshold);  // nobody rounded it
        }
        for (const double percentile : {0.0, 50.0, 99.12345, 100.0}) {
            choices.select_by = SelectBy::percentile;
            choices.percentile = percentile;
            shown.session.choose(choices, QStringLiteral("p%1").arg(percentile));
            shown.compare_all();
            QCOMPARE(shown.session.choices().percentile, percentile);
        }
        for (const int closest : {0, 1, 333, 720, 5000}) {
            choices.select_by = SelectBy::closest;
            choices.closest = closest;
            shown.session.choose(choices, QStringLiteral("c%1").arg(closest));
            shown.compare_all();
            QCOMPARE(shown.session.choices().closest, closest);
        }
        const int steps = shown.session.undo_stack()->count();
        QCOMPARE(steps, 14);
        shown.session.choose_layers({1});
        QCOMPARE(shown.session.undo_stack()->count(), steps + 1);
        shown.session.set_model(synthetic_model(4, 8, 4, 1));
        QCOMPARE(shown.session.undo_stack()->count(), 0);
    }

    void slider_and_field_choose_in_every_way() {
        Shown shown;
        shown.slider->setValue(9000);
        QCOMPARE(shown.session.choices().threshold, 0.9);
        shown.compare_all();
        shown.threshold->setValue(0.975);
        QCOMPARE(shown.session.choices().threshold, 0.975);
        shown.compare_all();

        shown.choose_way(SelectBy::percentile);
        shown.slider->setValue(shown.slider->maximum());
        QCOMPARE(shown.session.choices().percentile, 100.0);
        QCOMPARE(shown.session.summary().pairs, 1);
        shown.percentile->setValue(90.0);
        QCOMPARE(shown.session.summary().pairs, 72);  // a tenth of 6 * 120
        shown.compare_all();

        shown.choose_way(SelectBy::closest);
        QCOMPARE(shown.session.summary().pairs, 72);
        shown.closest->setValue(9);
        QCOMPARE(shown.session.summary().pairs, 9);
        shown.compare_all();
        shown.slider->setValue(shown.slider->maximum());
        QCOMPARE(shown.session.choices().closest, 720);
        shown.compare_all();
    }

    void thresholds_of_layers_are_shown_and_left_by_the_slider() {
        Shown shown;
        const auto* items = qobject_cast<QStandardItemModel*>(shown.way->model());
        const int per_layer = static_cast<int>(SelectBy::per_layer);
        QVERIFY(!items->item(per_layer)->isEnabled());  // none were found yet
        Choices choices = shown.session.choices();
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{1, 0.5}, {4, 0.9}};
        shown.session.choose(choices, QStringLiteral("layers"));
        const auto pairs = shown.session.summary().pairs;
        QVERIFY(items->item(per_layer)->isEnabled());
        QCOMPARE(shown.way->currentIndex(), per_layer);
        const auto* range = shown.child<QLabel>("own_thresholds");
        QVERIFY(range->isVisible());
        QVERIFY(range->text().contains(QStringLiteral("0.5")));
        QVERIFY(range->text().contains(QStringLiteral("0.9")));
        QVERIFY(!shown.result->isVisible());
        QCOMPARE(shown.slider->value(), 5000);
        // Bars are not split at one place: at 0.5 the selection of layer 1 alone begins.
        const auto* view = shown.plot->findChild<HistogramView*>();
        QVERIFY(!view->splits_at_threshold());
        shown.choose_way(SelectBy::closest);  // as many pairs
        QCOMPARE(shown.session.choices().closest, static_cast<int>(pairs));
        QVERIFY(view->splits_at_threshold());
        shown.choose_way(SelectBy::per_layer);
        QCOMPARE(shown.session.summary().pairs, pairs);
        const int steps = shown.session.undo_stack()->count();
        shown.slider->setValue(9500);
        QCOMPARE(shown.session.choices().select_by, SelectBy::threshold);
        QCOMPARE(shown.session.threshold(), 0.95);
        QCOMPARE(shown.session.undo_stack()->count(), steps + 1);
        shown.compare_all();
        shown.session.undo_stack()->undo();
        QCOMPARE(shown.session.summary().pairs, pairs);
        QCOMPARE(shown.way->currentIndex(), per_layer);
    }

    void keys_of_the_slider_change_the_value_by_one_step() {
        Shown shown;
        QTest::keyClick(shown.slider, Qt::Key_Left);
        QCOMPARE(shown.session.choices().threshold, 0.979);
        shown.choose_way(SelectBy::closest);
        shown.closest->setValue(700);  // a position of the slider is many pairs here
        for (int i = 1; i <= 3; ++i) {
            QTest::keyClick(shown.slider, Qt::Key_Right);
            QCOMPARE(shown.session.choices().closest, 700 + i);
        }
        shown.closest->setValue(2);  // and here many positions are one pair
        QTest::keyClick(shown.slider, Qt::Key_Left);
        QCOMPARE(shown.session.choices().closest, 1);
        shown.compare_all();
    }

    void line_is_dragged() {
        Shown shown;
        shown.session.choose_threshold(0.5);
        shown.session.undo_stack()->clear();
        const double from = shown.distribution->line_x();
        shown.drag_line(-40);
        QVERIFY(shown.session.threshold() < 0.5);
        QVERIFY(std::abs(shown.distribution->line_x() - (from - 40)) <= 1.0);
        QCOMPARE(shown.session.threshold(), rounded_threshold(shown.session.threshold()));
        shown.compare_all();
        QCOMPARE(shown.session.undo_stack()->count(), 1);
        shown.session.undo_stack()->undo();
        QCOMPARE(shown.session.threshold(), 0.5);
        QVERIFY(std::abs(shown.distribution->line_x() - from) <= 1.0);
        shown.compare_all();
    }

    void a_drag_with_a_rest_is_one_undo_step_and_the_next_is_another() {
        Shown shown;
        shown.session.choose_threshold(0.5);
        shown.session.undo_stack()->clear();
        shown.drag_line(60, 750);
        const double between = shown.session.threshold();
        shown.drag_line(20);
        QCOMPARE(shown.session.undo_stack()->count(), 2);
        shown.session.undo_stack()->undo();
        QCOMPARE(shown.session.threshold(), between);
        shown.session.undo_stack()->undo();
        QCOMPARE(shown.session.threshold(), 0.5);
    }

    void a_press_beside_the_line_or_without_a_move_chooses_nothing() {
        Shown shown;
        shown.session.choose_threshold(0.5);
        shown.session.undo_stack()->clear();
        QTest::mouseClick(shown.plot, Qt::LeftButton, {}, shown.on_line());
        QTest::mousePress(shown.plot, Qt::LeftButton, {}, shown.on_line() - QPoint(30, 0));
        shown.move_to(shown.on_line() - QPoint(60, 0));
        QTest::mouseRelease(shown.plot, Qt::LeftButton);
        QCOMPARE(shown.session.threshold(), 0.5);
        QCOMPARE(shown.session.undo_stack()->count(), 0);
    }

    void another_model_during_a_drag_does_no_harm() {
        Shown shown;
        shown.session.choose_threshold(0.5);
        QTest::mousePress(shown.plot, Qt::LeftButton, {}, shown.on_line());
        shown.move_to(shown.on_line() - QPoint(20, 0));
        shown.session.set_model(synthetic_model(4, 8, 4, 1));
        QTest::mouseRelease(shown.plot, Qt::LeftButton);
        shown.session.choose_threshold(0.25);
        QVERIFY(shown.session.undo_stack()->canUndo());
        shown.session.undo_stack()->undo();
        QVERIFY(shown.session.threshold() != 0.25);
    }

    void line_moves_with_the_keys() {
        Shown shown;
        shown.plot->setFocus();
        QTest::keyClick(shown.plot, Qt::Key_Right);
        QCOMPARE(shown.session.threshold(), 0.981);
        QTest::keyClick(shown.plot, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(shown.session.threshold(), 0.971);
        shown.compare_all();
    }

    void a_threshold_outside_the_view_can_be_fetched_from_the_edge() {
        Shown shown;
        shown.session.choose_threshold(-1.0);
        const double left = shown.distribution->line_x();
        shown.drag_line(100);
        QVERIFY(shown.session.threshold() > -1.0);
        QVERIFY(std::abs(shown.distribution->line_x() - (left + 100)) <= 1.0);
    }

    void empty_selection_offers_the_highest_similarity() {
        Shown shown;
        QVERIFY(!shown.use_highest->isVisible());
        shown.session.choose_threshold(1.0);
        const double highest = *shown.session.highest_similarity();
        QVERIFY(highest < 1.0);
        QVERIFY(shown.status->text().contains(similarity_text(highest)));
        QVERIFY(shown.use_highest->isVisible());
        const double proposed = shortest_threshold(shown.session.similarities(), highest);
        QVERIFY(shown.use_highest->text().contains(threshold_text(proposed)));
        shown.use_highest->click();
        QCOMPARE(shown.session.choices().threshold, proposed);
        QVERIFY(shown.session.summary().pairs >= 1);
        QVERIFY(!shown.use_highest->isVisible());
        // Leaving the field without an edit keeps it.
        shown.threshold->setFocus();
        QTest::keyClick(shown.threshold, Qt::Key_Return);
        shown.slider->setFocus();
        QCOMPARE(shown.session.choices().threshold, proposed);
    }

    void without_layers_there_is_nothing_to_choose() {
        Shown shown;
        shown.session.choose_layers({0, 1, 2, 3, 4, 5});
        QVERIFY(!shown.use_highest->isVisible());
        QVERIFY(!shown.status->text().isEmpty());
        QVERIFY(shown.distribution->histogram().counts.empty());
        shown.session.set_model(nullptr);
        QVERIFY(!shown.plot->isVisible());
    }

    void bars_change_with_the_similarities_only() {
        Shown shown;
        const Histogram all = shown.distribution->histogram();
        shown.session.choose_threshold(0.3);
        QCOMPARE(shown.distribution->histogram().counts, all.counts);
        shown.session.choose_layers({0});
        QCOMPARE(shown.distribution->histogram().counts,
                 make_histogram(shown.session.similarities()).counts);
        QVERIFY(shown.distribution->histogram().counts != all.counts);
    }

    void hidden_panels_catch_up_when_shown() {
        Shown shown;
        shown.panel.hide();
        shown.session.choose_layers({0, 1});
        shown.session.choose_threshold(0.75);
        shown.panel.show();
        QCOMPARE(shown.distribution->histogram().counts,
                 make_histogram(shown.session.similarities()).counts);
        QCOMPARE(shown.threshold->value(), 0.75);
    }

    void copied_text_is_the_histogram() {
        Shown shown;
        const QStringList lines = shown.panel.copy_text().split(QLatin1Char('\n'));
        const Histogram& histogram = shown.distribution->histogram();
        QCOMPARE(lines.size(), static_cast<qsizetype>(histogram.counts.size()) + 2);
        QCOMPARE(lines.constFirst(), QStringLiteral("from\tto\tpairs"));
        qint64 pairs = 0;
        for (qsizetype i = 1; i + 1 < lines.size(); ++i) {
            pairs += lines[i].section(QLatin1Char('\t'), 2, 2).toLongLong();
        }
        QCOMPARE(pairs, 720);
    }

    void kind_of_counts_is_kept() {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        Shown shown;
        QVERIFY(shown.distribution->log_counts());
        shown.distribution->set_log_counts(false);
        shown.panel.save_state(settings);
        Shown other;
        other.panel.restore_state(settings);
        QVERIFY(!other.distribution->log_counts());
    }
};

HEADSCOPE_TEST(TestDistributionPanel)
#include "test_distribution_panel.moc"
