#include <QAction>
#include <QHeaderView>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include "tests/support/test_program.h"
#include "tests/ui/runs/run_samples.h"
#include "ui/runs/run_model.h"
#include "ui/runs/run_panel.h"
#include "ui/runs/run_table.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// A store with two finished runs, one from a file, one that runs and one that waits.
struct Fixture {
    Fixture() {
        first = store.add(finished_run(0.98, 1.0));
        opened = store.add(run_of(sample_result(0.99, 2.0)));
        running = store.add(running_run(0.995, 0.5, 120));
        Run run = running_run(0.9, 0.0, 1);
        run.state = RunState::queued;
        queued = store.add(run);
    }

    [[nodiscard]] QAction& action(const char* name) const {
        return *panel.findChild<QAction*>(QString::fromLatin1(name));
    }

    int first = 0;
    int opened = 0;
    int running = 0;
    int queued = 0;
    RunStore store;
    RunPanel panel{store};
};

}  // namespace

class TestRunPanel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void columns_have_room_for_their_figures() {
        const Fixture at;
        const QHeaderView& header = *at.panel.findChild<QTreeView*>()->header();
        const QString change = QStringLiteral("+0.0130 % [+0.0114, +0.0146]");
        QVERIFY(header.sectionSize(RunModel::perplexity_change_column) >
                header.fontMetrics().horizontalAdvance(change));
    }

    void actions_follow_the_selection() {
        Fixture f;
        RunPanel& panel = f.panel;
        const auto enabled = [&](const char* name) { return f.action(name).isEnabled(); };
        QTRY_VERIFY(enabled("cancel"));  // the running one
        QVERIFY(!enabled("compare") && !enabled("restore") && !enabled("save"));
        QVERIFY(!enabled("remove"));
        panel.select({f.first});
        QVERIFY(enabled("restore") && enabled("save") && enabled("remove"));
        QVERIFY(!enabled("compare"));
        panel.select({f.opened});
        QVERIFY(!enabled("restore"));  // a file does not tell all choices
        panel.select({f.first, f.opened});
        QVERIFY(enabled("compare") && !enabled("restore"));
        panel.select({f.first, f.running});
        QVERIFY(!enabled("compare"));
        panel.select({f.running});
        QVERIFY(!enabled("remove") && !enabled("save") && enabled("restore"));
    }

    void signals_name_the_runs_they_are_about() {
        Fixture f;
        RunPanel& panel = f.panel;
        QSignalSpy cancelled(&panel, &RunPanel::cancel_requested);
        QTRY_VERIFY(f.action("cancel").isEnabled());
        f.action("cancel").trigger();
        QCOMPARE(cancelled.takeFirst().at(0).toInt(), f.running);
        panel.select({f.first, f.queued});
        f.action("cancel").trigger();
        QCOMPARE(cancelled.count(), 1);
        QCOMPARE(cancelled.takeFirst().at(0).toInt(), f.queued);

        const QSignalSpy removed(&panel, &RunPanel::remove_requested);
        f.action("remove").trigger();
        QCOMPARE(removed.at(0).at(0).value<QList<int>>(), QList<int>{f.first});

        panel.select({f.opened, f.running, f.first});
        const QSignalSpy compared(&panel, &RunPanel::compare_requested);
        const QSignalSpy saved(&panel, &RunPanel::save_requested);
        f.action("compare").trigger();
        f.action("save").trigger();
        QCOMPARE(compared.at(0).at(0).value<QList<int>>(), (QList<int>{f.first, f.opened}));
        QCOMPARE(saved.at(0).at(0).value<QList<int>>(), (QList<int>{f.first, f.opened}));

        panel.select({f.first});
        const QSignalSpy restored(&panel, &RunPanel::restore_requested);
        f.action("restore").trigger();
        QCOMPARE(restored.at(0).at(0).toInt(), f.first);

        const QSignalSpy run(&panel, &RunPanel::run_requested);
        const QSignalSpy sweep(&panel, &RunPanel::sweep_requested);
        const QSignalSpy settings(&panel, &RunPanel::settings_requested);
        const QSignalSpy open(&panel, &RunPanel::open_results_requested);
        for (const char* name : {"run", "sweep", "settings", "open_results"}) {
            f.action(name).trigger();
        }
        QCOMPARE(run.count() + sweep.count() + settings.count() + open.count(), 4);
    }

    void a_run_that_ends_frees_its_actions() {
        Fixture f;
        f.panel.select({f.first, f.running});
        QVERIFY(!f.action("compare").isEnabled());
        f.store.update(f.running, [](Run& run) { run.state = RunState::finished; });
        QTRY_VERIFY(f.action("compare").isEnabled());
        QCOMPARE(f.panel.selected_ids(), (QList<int>{f.first, f.running}));
        const QSignalSpy selection(&f.panel, &RunPanel::selection_changed);
        f.store.remove(f.first);
        QCOMPARE(f.panel.selected_ids(), QList<int>{f.running});
        QVERIFY(selection.count() >= 1);
        QVERIFY(!f.action("compare").isEnabled());
    }

    void running_may_be_impossible() {
        Fixture f;
        const QString why = QStringLiteral("Open a model first.");
        f.panel.set_can_run(false, why);
        QVERIFY(!f.action("run").isEnabled() && !f.action("sweep").isEnabled());
        QCOMPARE(f.action("run").toolTip(), why);
        f.panel.set_can_run(true, {});
        QVERIFY(f.action("run").isEnabled() && f.action("sweep").isEnabled());
        QVERIFY(f.action("run").toolTip() != why);
    }

    void ids_come_as_the_table_is_sorted() {
        Fixture f;
        f.panel.table().sortByColumn(RunModel::threshold_column, Qt::DescendingOrder);
        f.panel.table().selectAll();
        QCOMPARE(f.panel.selected_ids(), (QList<int>{f.running, f.opened, f.first, f.queued}));
        const QStringList lines = f.panel.copy_text().split(QLatin1Char('\n'));
        QVERIFY(lines.at(1).startsWith(QStringLiteral("running\t0.995\t1234\t")));
        QCOMPARE(lines.size(), 6);
        f.panel.select({f.opened});
        QCOMPARE(f.panel.copy_text().count(QLatin1Char('\n')), 2);
    }

    void columns_come_back() {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        Fixture f;
        QHeaderView& header = *f.panel.table().header();
        header.hideSection(RunModel::rate_column);
        header.moveSection(header.visualIndex(RunModel::model_column), 0);
        f.panel.save_state(settings);
        Fixture other;
        other.panel.restore_state(settings);
        const QHeaderView& restored = *other.panel.table().header();
        QVERIFY(restored.isSectionHidden(RunModel::rate_column));
        QCOMPARE(restored.visualIndex(RunModel::model_column), 0);
    }

    void an_empty_table_says_what_to_do() {
        RunStore store;
        RunPanel panel(store);
        panel.resize(700, 300);
        panel.show();
        QVERIFY(!panel.table().isVisible());
        store.add(finished_run(0.9, 1.0));
        QTRY_VERIFY(panel.table().isVisible());
    }
};

HEADSCOPE_TEST(TestRunPanel)
#include "test_run_panel.moc"
