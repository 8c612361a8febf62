#include <QAction>
#include <QCheckBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "tests/ui/support/shown_panel.h"
#include "ui/layers/layer_model.h"
#include "ui/layers/layer_panel.h"
#include "ui/layers/layer_view.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// A panel in a window, as a user has it.
struct Shown : ShownPanel<LayerPanel> {
    explicit Shown(std::shared_ptr<const OpenedModel> model)
        : ShownPanel(std::move(model), {340, 500}) {
        view = panel.findChild<LayerView*>();
        view->setFocus();
    }

    QModelIndex tile(int row) const { return view->model()->index(row, 0); }
    QPoint center(int row) const { return view->visualRect(tile(row)).center(); }
    void click(int row, Qt::KeyboardModifiers modifiers = {}) const {
        QTest::mouseClick(view->viewport(), Qt::LeftButton, modifiers, center(row));
    }
    void click_check_box(int row) const {
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                          view->check_rect(tile(row)).center());
    }
    void trigger(int action) const {
        QList<QAction*> actions;
        for (QAction* each : view->actions()) {
            if (!each->isSeparator()) actions.append(each);
        }
        actions.at(action)->trigger();
    }
    const std::set<int>& excluded() const { return session.choices().excluded_layers; }

    LayerView* view = nullptr;
};

enum Action { include_all, exclude_all, include_selected, exclude_selected, invert };

}  // namespace

class TestLayerPanel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void three_tiles_fit_side_by_side() {
        Shown shown(demo_opened_model());
        QCOMPARE(shown.center(0).y(), shown.center(2).y());
        QVERIFY(shown.center(3).y() > shown.center(0).y());
    }

    void click_and_keys_focus_a_layer() {
        Shown shown(demo_opened_model());
        shown.click(4);
        QCOMPARE(shown.session.focused_layer(), 4);
        QTest::keyClick(shown.view, Qt::Key_Right);
        QCOMPARE(shown.session.focused_layer(), 5);
        QTest::keyClick(shown.view, Qt::Key_Up);
        QCOMPARE(shown.session.focused_layer(), 2);
    }

    void view_follows_the_focus_and_scrolls_there() {
        Shown shown(synthetic_model(80, 8, 4, 1));
        QVERIFY(!shown.view->viewport()->rect().intersects(shown.view->visualRect(shown.tile(70))));
        shown.session.focus_layer(70);
        QCOMPARE(shown.view->currentIndex(), shown.tile(70));
        QVERIFY(shown.view->viewport()->rect().contains(shown.view->visualRect(shown.tile(70))));
        QVERIFY(shown.tile(70).data(LayerModel::FocusedRole).toBool());
    }

    void check_box_only_checks() {
        Shown shown(demo_opened_model());
        shown.click(1);
        shown.click_check_box(3);
        QCOMPARE(shown.excluded(), (std::set<int>{3}));
        QCOMPARE(shown.session.focused_layer(), 1);
        QCOMPARE(shown.view->selectionModel()->selectedIndexes(), QModelIndexList{shown.tile(1)});
        shown.click_check_box(3);
        QCOMPARE(shown.excluded(), std::set<int>{});
        shown.session.undo_stack()->undo();
        QCOMPARE(shown.excluded(), std::set<int>{});  // both clicks are one gesture
        QCOMPARE(shown.session.undo_stack()->index(), 0);
    }

    void press_that_leaves_the_check_box_does_nothing() {
        Shown shown(demo_opened_model());
        QTest::mousePress(shown.view->viewport(), Qt::LeftButton, {},
                          shown.view->check_rect(shown.tile(3)).center());
        QTest::mouseRelease(shown.view->viewport(), Qt::LeftButton, {}, shown.center(3));
        QCOMPARE(shown.excluded(), std::set<int>{});
        QCOMPARE(shown.session.focused_layer(), 0);
    }

    void space_checks_all_selected() {
        Shown shown(demo_opened_model());
        shown.click(1);
        shown.click(3, Qt::ShiftModifier);
        shown.click(5, Qt::ControlModifier);
        QTest::keyClick(shown.view, Qt::Key_Space);
        QCOMPARE(shown.excluded(), (std::set<int>{1, 2, 3, 5}));
        shown.session.undo_stack()->undo();
        QCOMPARE(shown.excluded(), std::set<int>{});
        shown.session.choose_layers({0, 2});
        QTest::keyClick(shown.view, Qt::Key_Space);  // one of the selected is excluded
        QCOMPARE(shown.excluded(), (std::set<int>{0}));
    }

    void actions_choose_layers() {
        Shown shown(demo_opened_model());
        shown.trigger(exclude_all);
        QCOMPARE(shown.session.included_count(), 0);
        shown.click(1);
        shown.click(2, Qt::ControlModifier);
        shown.trigger(include_selected);
        QCOMPARE(shown.excluded(), (std::set<int>{0, 3, 4, 5}));
        shown.trigger(invert);
        QCOMPARE(shown.excluded(), (std::set<int>{1, 2}));
        shown.trigger(include_all);
        QCOMPARE(shown.excluded(), std::set<int>{});
        shown.trigger(exclude_selected);
        QCOMPARE(shown.excluded(), (std::set<int>{1, 2}));
    }

    void filter_never_moves_the_focus() {
        Shown shown(demo_opened_model());
        auto* filter = shown.panel.findChild<QCheckBox*>();
        filter->setChecked(true);
        shown.session.focus_layer(4);
        for (const double threshold : {0.5, 1.0, 0.98, 0.9999, 0.3, 0.985}) {
            shown.session.choose_threshold(threshold);
            QCOMPARE(shown.session.focused_layer(), 4);
            QCOMPARE(shown.view->currentIndex().data(LayerModel::LayerRole).toInt(), 4);
        }
        shown.session.choose_threshold(1.0);
        QCOMPARE(shown.view->model()->rowCount(), 1);
        shown.session.focus_layer(2);  // drops the row of 4, the only one till now
        QCOMPARE(shown.session.focused_layer(), 2);
        QCOMPARE(shown.view->currentIndex().data(LayerModel::LayerRole).toInt(), 2);
        QCOMPARE(shown.view->model()->rowCount(), 1);
        filter->setChecked(false);
        QCOMPARE(shown.view->currentIndex(), shown.tile(2));
    }

    void filter_is_kept() {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        Session session;
        LayerPanel first(session);
        first.findChild<QCheckBox*>()->setChecked(true);
        first.save_state(settings);
        LayerPanel second(session);
        QVERIFY(!second.findChild<QCheckBox*>()->isChecked());
        second.restore_state(settings);
        QVERIFY(second.findChild<QCheckBox*>()->isChecked());
    }

    void without_a_model_it_says_so() {
        Session session;
        LayerPanel panel(session);
        panel.show();
        auto* view = panel.findChild<LayerView*>();
        QVERIFY(!view->isVisible());
        session.set_model(demo_opened_model());
        QVERIFY(view->isVisible());
        QCOMPARE(view->currentIndex().row(), 0);
        session.set_model(nullptr);
        QVERIFY(!view->isVisible());
    }

    void a_large_model_keeps_up_with_a_slider() {
        Shown shown(synthetic_model(80, 64, 8, 2));
        auto* filter = shown.panel.findChild<QCheckBox*>();
        for (const bool only : {false, true}) {
            filter->setChecked(only);
            qint64 fastest = std::numeric_limits<qint64>::max();
            for (const double threshold : {0.95, 0.999, 0.96, 0.998, 0.97}) {
                shown.session.choose_threshold(threshold - 0.01);
                shown.view->viewport()->repaint();
                // The plan is the session's work; what follows from it is the panel's.
                shown.session.blockSignals(true);
                shown.session.choose_threshold(threshold);
                shown.session.blockSignals(false);
                QElapsedTimer timer;
                timer.start();
                Q_EMIT shown.session.plan_changed();
                (void)shown.view->visualRect(shown.tile(0));  // the layout that was put off
                shown.view->viewport()->repaint();
                fastest = std::min(fastest, timer.nsecsElapsed());
            }
            qInfo("%.2f ms", static_cast<double>(fastest) / 1e6);
            QVERIFY(fastest < 16'000'000);
        }
    }
};

HEADSCOPE_TEST(TestLayerPanel)
#include "test_layer_panel.moc"
