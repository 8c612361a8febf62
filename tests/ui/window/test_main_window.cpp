#include <QAbstractButton>
#include <QClipboard>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QFile>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTest>
#include <map>
#include <set>

#include "core/base/locations.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "tests/ui/window/window_fixture.h"
#include "ui/heatmap/heatmap_panel.h"
#include "ui/runs/run_panel.h"
#include "ui/search/find_thresholds_dialog.h"
#include "ui/session/session.h"
#include "ui/style/plot_copy.h"
#include "ui/style/veil.h"
#include "ui/window/image_export.h"
#include "ui/window/message_bar.h"
#include "ui/window/results_files.h"
#include "ui/window/start_page.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

void drop(MainWindow& window, const QString& path) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &enter);
    QDropEvent event(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &event);
}

/// It is past loading and has finished a window.
bool evaluates(const Run& run) {
    return run.progress.unit == "windows" && run.progress.done > 0;
}

QString write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    if (file.open(QIODevice::WriteOnly)) file.write(bytes);
    return path;
}

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void start_page_until_something_is_open() {
        WindowFixture at;
        auto& start = at.find<StartPage>();
        QVERIFY(start.isVisible());
        QVERIFY(!at.window->actions().run->isEnabled());
        Q_EMIT start.open_demo_requested();
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != nullptr, kPatience);
        QVERIFY(!start.isVisible());
        QVERIFY(at.workbench->settings().recent().value(0).endsWith(QStringLiteral("demo")));
        QVERIFY(at.window->actions().run->isEnabled());
        QVERIFY(at.window->windowTitle().startsWith(QStringLiteral("demo")));
        at.window->actions().close_model->trigger();
        QVERIFY(start.isVisible());
    }

    /// The table behind the heatmap holds what core computes.
    void heatmap_shows_the_values_of_core() {
        WindowFixture at;
        at.open_demo();
        at.workbench->session().focus_layer(3);
        const SimilarityMatrix& matrix = demo_opened_model()->matrices[3];
        const QStringList lines = at.workspace_text(QStringLiteral("Heatmap"))
                                      .split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), matrix.heads + 1);
        for (int i = 0; i < matrix.heads; ++i) {
            const QStringList cells = lines[i + 1].split(QLatin1Char('\t'));
            QCOMPARE(cells.size(), matrix.heads + 1);
            for (int j = 0; j < matrix.heads; ++j) {
                QVERIFY(std::abs(cells[j + 1].toDouble() - matrix.at(i, j)) < 1e-6);
            }
        }
    }

    void a_run_from_the_menu_to_files() {
        WindowFixture at;
        at.open_demo();
        const QSignalSpy finished(&at.workbench->evaluations(), &Evaluations::run_finished);
        at.window->actions().run->trigger();
        QVERIFY(at.window->actions().cancel->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        QVERIFY(!at.window->actions().cancel->isEnabled());
        const Run& run = at.workbench->runs().at(0);
        QVERIFY(QFile::exists(run.file));
        QCOMPARE(read_result(run.file.toStdString()).summary.pairs, std::int64_t{31});

        const QString folder = at.folder.filePath(QStringLiteral("saved"));
        ui::save_results({run.result}, folder, false);
        QVERIFY(QFile::exists(folder + QStringLiteral("/results_threshold_0.98.json")));
        QVERIFY_EXCEPTION_THROWN(ui::save_results({run.result}, folder, false), Error);
        QCOMPARE(files_in_the_way({run.result}, folder).size(), 1);
        QVERIFY_EXCEPTION_THROWN(ui::save_results({run.result, run.result},
                                                  at.folder.filePath(QStringLiteral("x")), false),
                                 Error);
    }

    void cancel_and_run_again() {
        WindowFixture at(0);
        at.open_demo();
        at.window->actions().run->trigger();
        const RunStore& runs = at.workbench->runs();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(runs.at(0)), kPatience);
        at.window->actions().cancel->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(runs.at(0).state, RunState::cancelled, kPatience);
        QVERIFY(!at.window->message_bar().isVisible());
        at.set_windows(4);
        at.window->actions().run->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(runs.at(1).state, RunState::finished, kPatience);
    }

    void restore_puts_a_runs_choices_back() {
        WindowFixture at(4);
        at.open_demo();
        Session& session = at.workbench->session();
        session.choose_layers({0});
        const QSignalSpy finished(&at.workbench->evaluations(), &Evaluations::run_finished);
        const int id = at.workbench->evaluations().start_sweep({0.9}).front();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        session.choose_layers({});
        at.set_windows(2);
        Q_EMIT at.window->workspace().panel<RunPanel>().restore_requested(id);
        QCOMPARE(session.choices().excluded_layers, std::set<int>{0});
        QCOMPARE(session.threshold(), 0.9);
        QCOMPARE(at.workbench->evaluations().settings().text.max_windows, std::int64_t{4});
        Q_EMIT at.window->workspace().panel<RunPanel>().remove_requested({id});
        QCOMPARE(at.workbench->runs().count(), 0);
    }

    /// From the choice through a run and its file to another window, and back by restoring.
    void thresholds_of_layers_pass_through_runs_and_files() {
        WindowFixture at(4);
        at.open_demo();
        Session& session = at.workbench->session();
        Choices choices = session.choices();
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{1, 0.9}, {4, 0.97}};
        session.choose(choices, QStringLiteral("layers"));
        const auto pairs = session.summary().pairs;
        const QSignalSpy finished(&at.workbench->evaluations(), &Evaluations::run_finished);
        at.window->actions().run->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        const Run& run = at.workbench->runs().at(0);
        const Result result = read_result(run.file.toStdString());
        QVERIFY(result.plan.layer_thresholds == std::optional(choices.layer_thresholds));
        QCOMPARE(result.summary.pairs, pairs);
        QVERIFY(run.file.contains(QStringLiteral("results_layer_thresholds_")));
        QVERIFY_EXCEPTION_THROWN(require_different_names({run.result, run.result}), Error);
        // A sweep has one threshold for each of its runs, also the lowest of the layers'.
        at.workbench->evaluations().start_sweep({0.9});
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience);
        QVERIFY(!at.workbench->runs().at(1).result->plan.layer_thresholds);
        QCOMPARE(at.workbench->runs().at(1).choices->select_by, SelectBy::threshold);

        session.choose_threshold(0.5);
        Q_EMIT at.window->workspace().panel<RunPanel>().restore_requested(
            at.workbench->runs().at(0).id);
        QVERIFY(session.choices() == choices);
        QVERIFY(run_from_file(at.workbench->runs().at(0).file).choices->layer_thresholds ==
                choices.layer_thresholds);
        at.restart();
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != nullptr, kPatience);
        QVERIFY(at.workbench->session().choices() == choices);
        QCOMPARE(at.workbench->session().summary().pairs, pairs);
    }

    /// The engine's own search, from the menu to choices, and again as one that was finished
    /// before.
    void thresholds_are_found_and_used() {
        WindowFixture at(4);
        at.open_demo();
        Session& session = at.workbench->session();
        session.choose_layers({0, 1, 3});
        at.find<QPushButton>(QStringLiteral("find_thresholds")).click();
        auto& dialog = at.find<FindThresholdsDialog>();
        QVERIFY(dialog.isVisible() && !dialog.isModal());
        const auto ask = [&](double budget) {
            dialog.findChild<QDoubleSpinBox*>(QStringLiteral("budget"))->setValue(budget);
            dialog.findChild<QSpinBox*>(QStringLiteral("candidates"))->setValue(4);
            dialog.findChild<QSpinBox*>(QStringLiteral("probe_windows"))->setValue(2);
            dialog.findChild<QPushButton*>(QStringLiteral("start"))->click();
            QVERIFY(at.window->actions().cancel->isEnabled());
            QTRY_VERIFY_WITH_TIMEOUT(at.workbench->search().result() != nullptr, kPatience);
        };
        ask(0.5);
        QVERIFY(!at.window->actions().cancel->isEnabled());
        const auto result = at.workbench->search().result();
        QVERIFY(result->file.string().starts_with(at.folder.path().toStdString()));
        QVERIFY(result->result.change->perplexity_ratio.value <= 1.005);
        const qsizetype steps = session.undo_stack()->count();
        dialog.findChild<QPushButton*>(QStringLiteral("use"))->click();
        QCOMPARE(session.undo_stack()->count(), steps + 1);
        QVERIFY(session.plan().layer_thresholds == result->result.plan.layer_thresholds);
        QCOMPARE(session.choices().excluded_layers, (std::set<int>{0, 1, 3}));
        QCOMPARE(session.summary().merged_heads, result->result.summary.merged_heads);
        ask(0.5);
        QVERIFY(!at.workbench->search().result()->findings);  // read, with its path
        QCOMPARE(at.workbench->search().path().size(),
                 search_path(result->findings->steps, result->findings->checks).size());
        ask(4.0);  // in a folder of its own
        QVERIFY(at.workbench->search().result()->file != result->file);
    }

    void a_search_ends_with_its_model_and_with_the_window() {
        WindowFixture at(0);
        at.open_demo();
        const auto model = at.workbench->session().model();
        at.window->actions().find_thresholds->trigger();
        auto& start =
            *at.find<FindThresholdsDialog>().findChild<QPushButton*>(QStringLiteral("start"));
        start.click();
        QVERIFY(at.workbench->search().running());
        at.workbench->open_demo();
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != model, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!at.workbench->search().running(), kPatience);
        QVERIFY(!at.window->message_bar().isVisible());
        start.click();
        QVERIFY(at.workbench->search().running());
        QTest::qWait(300);
        QElapsedTimer clock;
        clock.start();
        at.end();
        QVERIFY(clock.elapsed() < 5000);
    }

    void a_broken_file_is_told_and_nothing_is_lost() {
        WindowFixture at;
        at.open_demo();
        const auto model = at.workbench->session().model();
        const QString broken =
            write(at.folder.filePath(QStringLiteral("model.safetensors")), "no tensors");
        drop(*at.window, broken);
        QTRY_VERIFY_WITH_TIMEOUT(at.window->message_bar().isVisible(), kPatience);
        QCOMPARE(at.workbench->session().model(), model);
        const QString results =
            write(at.folder.filePath(QStringLiteral("results_threshold_0.5.json")), "{\"thresh");
        at.window->message_bar().hide();
        drop(*at.window, results);
        QTRY_VERIFY_WITH_TIMEOUT(at.window->message_bar().isVisible(), kPatience);
        QCOMPARE(at.workbench->runs().count(), 0);
        at.window->actions().run->trigger();  // usable as before
        QTRY_COMPARE_WITH_TIMEOUT(at.workbench->runs().at(0).state, RunState::finished, kPatience);
    }

    void results_open_beside_others_and_bring_their_model() {
        WindowFixture first(4);
        first.open_demo();
        const QSignalSpy finished(&first.workbench->evaluations(), &Evaluations::run_finished);
        first.workbench->evaluations().start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        const Run& wanted = first.workbench->runs().at(0);

        WindowFixture second;
        drop(*second.window, wanted.file);
        QTRY_COMPARE_WITH_TIMEOUT(second.workbench->runs().count(), 1, kPatience);
        const Run& run = second.workbench->runs().at(0);
        QVERIFY(*run.settings == *run_from_file(wanted.file).settings);
        QCOMPARE(run.choices->threshold, wanted.threshold);
        QVERIFY(run.choices->excluded_layers.empty());
        QCOMPARE(run.state, RunState::finished);
        QCOMPARE(run.merged->perplexity.value, wanted.merged->perplexity.value);
        QCOMPARE(run.summary.pairs, wanted.summary.pairs);
        QTRY_VERIFY_WITH_TIMEOUT(second.workbench->session().model() != nullptr, kPatience);
        drop(*second.window, wanted.file);  // once is enough
        QTest::qWait(200);
        QCOMPARE(second.workbench->runs().count(), 1);
    }

    void the_session_comes_back() {
        WindowFixture at(4);
        at.open_demo();
        at.workbench->session().choose_threshold(0.9125);
        at.workbench->session().choose_layers({2, 4});
        at.workbench->session().focus_layer(5);
        at.window->actions().run->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(at.workbench->runs().at(0).state, RunState::finished, kPatience);
        QDockWidget* pairs = at.window->workspace().docks().at(3);
        QCOMPARE(pairs->objectName(), QStringLiteral("pairs"));
        pairs->close();
        at.restart();
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != nullptr, kPatience);
        QCOMPARE(at.workbench->session().threshold(), 0.9125);
        QCOMPARE(at.workbench->session().choices().excluded_layers, (std::set<int>{2, 4}));
        QCOMPARE(at.workbench->session().focused_layer(), 5);
        QCOMPARE(at.workbench->evaluations().settings().text.max_windows, std::int64_t{4});
        QTRY_COMPARE_WITH_TIMEOUT(at.workbench->runs().count(), 1, kPatience);
        QVERIFY(at.window->workspace().docks().at(3)->isHidden());
        at.window->actions().reset_layout->trigger();
        QVERIFY(!at.window->workspace().docks().at(3)->isHidden());
    }

    void the_measure_comes_back() {
        WindowFixture at;
        at.open_demo();
        const auto choose = [&](Measure measure) {
            Choices choices = at.workbench->session().choices();
            choices.measure = measure;
            choices.calibration.windows = 1;
            at.workbench->session().choose(choices, QString::fromUtf8("measure"));
        };
        const auto shown = [&] { return at.workbench->session().model()->measure; };
        for (const Measure measure : {Measure::ov_circuit, Measure::cka}) {
            choose(measure);
            QVERIFY(at.workbench->measurer().measuring());
            QVERIFY(!at.window->actions().run->isEnabled());
            QTRY_COMPARE_WITH_TIMEOUT(shown(), measure, kPatience);
            QVERIFY(at.window->actions().run->isEnabled());
            at.restart();
            QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != nullptr, kPatience);
            QTRY_COMPARE_WITH_TIMEOUT(shown(), measure, kPatience);
        }
        choose(Measure::attention);
        at.window->actions().cancel->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!at.workbench->measurer().measuring(), kPatience);
        QCOMPARE(shown(), Measure::cka);
        QCOMPARE(at.workbench->session().choices().measure, Measure::cka);
    }

    void means_by_a_calibration_text_come_back() {
        WindowFixture at;
        at.open_demo();
        const auto session = [&]() -> Session& { return at.workbench->session(); };
        const auto enabled = [&] {
            const Actions& actions = at.window->actions();
            return std::array{actions.run->isEnabled(), actions.sweep->isEnabled(),
                              actions.save_model->isEnabled()};
        };
        constexpr std::array kAll = {true, true, true};
        QVERIFY(enabled() == kAll);
        Choices choices = session().choices();
        choices.align = Alignment::activations;
        choices.calibration.windows = 1;
        session().choose(choices, QStringLiteral("means"));
        QVERIFY(at.workbench->measurer().calibrating());
        QVERIFY(enabled() == (std::array{false, false, false}));
        QTRY_VERIFY_WITH_TIMEOUT(!session().lacks_figures(), kPatience);
        QVERIFY(enabled() == kAll);
        // Damage is measured with them.
        QCOMPARE(at.workbench->work().merge_calibration.size(), std::size_t{6});
        QCOMPARE(at.workbench->work().calibration.windows, 1);
        at.window->actions().run->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(at.workbench->runs().at(0).state, RunState::finished, kPatience);
        QCOMPARE(at.workbench->runs().at(0).plan.rule.align, Alignment::activations);

        at.restart();
        QTRY_VERIFY_WITH_TIMEOUT(session().model() != nullptr, kPatience);
        QVERIFY(session().choices() == choices);
        QTRY_VERIFY_WITH_TIMEOUT(!session().lacks_figures(), kPatience);
        QCOMPARE(session().rule().align, Alignment::activations);
        // What a file says of a run is enough to choose it again.
        QTRY_COMPARE_WITH_TIMEOUT(at.workbench->runs().count(), 1, kPatience);
        QVERIFY(at.workbench->runs().at(0).choices == choices);
        at.window->actions().cancel->trigger();
    }

    /// A model that is only being opened does not take the place of the last one.
    void closing_while_a_model_opens_keeps_the_session() {
        WindowFixture at;
        at.open_demo();
        at.restart();  // closes, and begins to open the demo again
        at.restart();
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != nullptr, kPatience);
        at.window->actions().close_model->trigger();
        at.restart();  // closed on purpose: it stays closed
        QVERIFY(!at.workbench->opener().opening());
    }

    void closing_while_a_run_is_on() {
        WindowFixture at(0);
        at.open_demo();
        at.window->actions().live_estimate->trigger();
        at.window->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(at.workbench->runs().at(0)), kPatience);
        QElapsedTimer clock;
        clock.start();
        at.end();
        qInfo("closing took %lld ms", clock.elapsed());
        QVERIFY(clock.elapsed() < 5000);  // the whole evaluation takes a minute
    }

    void opening_another_model_ends_the_run() {
        WindowFixture at(0);
        at.open_demo();
        at.window->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(at.workbench->runs().at(0)), kPatience);
        const auto before = at.workbench->session().model();
        at.workbench->open_demo();
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != before, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(at.workbench->runs().at(0).state, RunState::cancelled, kPatience);
        QVERIFY(!at.window->message_bar().isVisible());
    }

    void a_model_that_does_not_open_leaves_the_old_one_usable() {
        WindowFixture at(0);
        at.open_demo();
        const auto model = at.workbench->session().model();
        at.window->actions().run->trigger();
        const RunStore& runs = at.workbench->runs();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(runs.at(0)), kPatience);
        at.workbench->open(write(at.folder.filePath(QStringLiteral("config.json")), "{}"));
        QVERIFY(!at.window->actions().run->isEnabled());  // until that is settled
        QTRY_COMPARE_WITH_TIMEOUT(runs.at(0).state, RunState::cancelled, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!at.workbench->opener().opening(), kPatience);
        QVERIFY(at.window->message_bar().isVisible());  // about the model
        QCOMPARE(at.workbench->session().model(), model);
        at.set_windows(2);
        QVERIFY(at.window->actions().run->isEnabled());
        at.window->actions().run->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(runs.at(1).state, RunState::finished, kPatience);
    }

    void images_and_tables() {
        WindowFixture at;
        at.open_demo();
        for (const Panel& panel : at.window->workspace().panels()) {
            if (!panel.plot) continue;
            for (const char* suffix : {".png", ".pdf", ".svg"}) {
                const QString path = at.folder.filePath(panel.id + QLatin1String(suffix));
                write_image(draw_image(*panel.plot(), {path, 2}));
                QVERIFY2(QFile(path).size() > 1000, qPrintable(path));
            }
            const QImage image(at.folder.filePath(panel.id + QStringLiteral(".png")));
            QVERIFY(image.width() > 200);
        }
        QVERIFY_EXCEPTION_THROWN(
            draw_image(*at.window->workspace().panels()[0].plot(), {QStringLiteral("x.gif"), 1}),
            Error);
        at.window->actions().copy_table->actions().at(0)->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QLatin1Char('\t')));
        at.window->actions().copy_image->actions().at(0)->trigger();
        QVERIFY(!QGuiApplication::clipboard()->pixmap().isNull());
    }

    void panels_rest_while_another_tab_hides_them() {
        WindowFixture at;
        at.open_demo();
        QDockWidget* plan = at.window->workspace().docks().at(2);
        QDockWidget* pairs = at.window->workspace().docks().at(3);
        const auto shown = [](const QDockWidget* dock) {
            return qobject_cast<QScrollArea*>(dock->widget())->widget()->isVisible();
        };
        QTRY_VERIFY(shown(plan) && !shown(pairs));
        pairs->raise();
        QTRY_VERIFY(!shown(plan) && shown(pairs));
        pairs->close();
        QTRY_VERIFY(shown(plan) && !shown(pairs));
        pairs->show();
        pairs->raise();
        QTRY_VERIFY(pairs->widget()->isVisible());
    }

    void fits_a_small_screen() {
        WindowFixture at;
        at.open_demo();
        const auto small = [&] {
            // More than once, as when a corner is dragged: on the way runs and curves come to share
            // their place.
            at.window->resize(900, 600);
            return at.window->size() == QSize(900, 600);
        };
        QTRY_VERIFY(small());
        QTabWidget& views = *at.window->workspace().findChild<QTabWidget*>();
        for (int page = 0; page < views.count(); ++page) {
            views.setCurrentIndex(page);
            QTRY_VERIFY(views.currentWidget()->width() >=
                        views.currentWidget()->minimumSizeHint().width());
        }
        QCOMPARE(at.window->size(), QSize(900, 600));
        // What is open at first does not scroll sideways.
        views.setCurrentIndex(0);
        for (const char* id : {"map", "layers", "distribution", "plan", "runs"}) {
            QWidget* place = at.window->findChild<QWidget*>(QLatin1String(id));
            if (auto* dock = qobject_cast<QDockWidget*>(place)) place = dock->widget();
            const QScrollBar* bar = qobject_cast<QScrollArea*>(place)->horizontalScrollBar();
            QTRY_VERIFY2(bar->maximum() == 0, id);
        }
    }

    void runs_and_curves_share_their_place_where_the_window_is_narrow() {
        WindowFixture at;
        at.open_demo();
        Workspace& workspace = at.window->workspace();
        const auto side_by_side = [&] {
            QDockWidget* runs = workspace.docks().at(4);
            QDockWidget* curves = workspace.docks().at(5);
            return !workspace.tabifiedDockWidgets(runs).contains(curves) &&
                   curves->x() >= runs->x() + runs->width();
        };
        QTRY_VERIFY(side_by_side());
        at.window->resize(950, 700);
        QTRY_VERIFY(!side_by_side());
        at.window->resize(1280, 800);
        QTRY_VERIFY(side_by_side());
        workspace.reset_layout();
        QTRY_VERIFY(side_by_side());
    }

    void the_threshold_does_not_scroll() {
        WindowFixture at;
        at.open_demo();
        Workspace& workspace = at.window->workspace();
        auto& threshold = at.find<QDockWidget>(QStringLiteral("distribution"));
        auto& plan = at.find<QDockWidget>(QStringLiteral("plan"));
        const auto* scroll = qobject_cast<QScrollArea*>(threshold.widget());
        for (const QSize size : {QSize(1280, 800), QSize(900, 600), QSize(800, 480)}) {
            at.window->resize(size);
            workspace.reset_layout();
            threshold.raise();
            QTRY_COMPARE(scroll->verticalScrollBar()->maximum(), 0);
        }
        // They lie behind each other only while they have to.
        QVERIFY(workspace.tabifiedDockWidgets(&threshold).contains(&plan));
        at.window->resize(1280, 800);
        QTRY_VERIFY(!workspace.tabifiedDockWidgets(&threshold).contains(&plan));
        QVERIFY(plan.y() >= threshold.y() + threshold.height());
    }

    void fits_a_small_screen_at_twice_its_scale() {
        WindowFixture at;
        at.open_demo();
        // 1600 x 1000 pixels at 200 %, less a title bar.
        QVERIFY2(at.window->minimumSizeHint().width() <= 800,
                 qPrintable(QString::number(at.window->minimumSizeHint().width())));
        QVERIFY2(at.window->minimumSizeHint().height() <= 460,
                 qPrintable(QString::number(at.window->minimumSizeHint().height())));
    }

    void no_widget_takes_the_mnemonic_of_a_menu() {
        WindowFixture at;
        at.open_demo();
        std::set<QString> menus;
        const auto mnemonic = [](const QString& text) {
            return QKeySequence::mnemonic(text).toString();
        };
        for (const QAction* menu : at.window->menuBar()->actions())
            QVERIFY2(menus.insert(mnemonic(menu->text())).second, qPrintable(menu->text()));
        std::map<QString, QString> taken;
        const auto check = [&](const QWidget* widget, const QString& text) {
            const QString key = mnemonic(text);
            if (key.isEmpty() || !widget->isVisible()) return;
            QVERIFY2(!menus.contains(key), qPrintable(text));
            QVERIFY2(taken.emplace(key, text).second,
                     qPrintable(text + QStringLiteral(" and ") + taken[key]));
        };
        for (const auto* label : at.window->findChildren<QLabel*>()) {
            if (label->buddy() != nullptr) check(label, label->text());
        }
        for (const auto* button : at.window->findChildren<QAbstractButton*>())
            check(button, button->text());
    }

    void what_is_out_of_date_is_dimmed_and_says_so() {
        WindowFixture at;
        at.open_demo();
        at.window->workspace().show_panel(QStringLiteral("heatmap"));
        Choices choices = at.workbench->session().choices();
        choices.measure = Measure::cka;
        at.workbench->session().choose(choices, QStringLiteral("measure"));
        QVERIFY(at.workbench->session().stale());
        auto& veil = *at.window->workspace().panel<HeatmapPanel>().findChild<Veil*>();
        const auto& title = *at.window->workspace().panel<HeatmapPanel>().findChild<QLabel*>(
            QStringLiteral("title"));
        QTRY_VERIFY(title.text().contains(QStringLiteral("(q)")));
        QTRY_VERIFY_WITH_TIMEOUT(
            veil.text().contains(QStringLiteral("(cka)")) || !at.workbench->session().stale(),
            kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!at.workbench->session().stale(), kPatience);
        QTRY_VERIFY(veil.text().isEmpty());
        QTRY_VERIFY(title.text().contains(QStringLiteral("(cka)")));
    }

    void layer_shortcuts_and_undo() {
        WindowFixture at;
        at.open_demo();
        Session& session = at.workbench->session();
        at.window->actions().next_layer->trigger();
        QCOMPARE(session.focused_layer(), 1);
        at.window->actions().previous_layer->trigger();
        at.window->actions().previous_layer->trigger();
        QCOMPARE(session.focused_layer(), 0);
        session.choose_layers({1});
        QVERIFY(at.window->actions().undo->isEnabled());
        at.window->actions().undo->trigger();
        QVERIFY(session.included(1));
        at.window->actions().redo->trigger();
        QVERIFY(!session.included(1));
        at.window->actions().include_all_layers->trigger();
        QVERIFY(session.included(1));
    }
};

HEADSCOPE_TEST(TestMainWindow)
#include "test_main_window.moc"
