// The window with a model of 80 layers of 64 heads and nearly all of its 161,280 pairs selected: no
// single action may keep its event loop from turning for long.

#include <QCheckBox>
#include <QClipboard>
#include <QDockWidget>
#include <QGuiApplication>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

#include "core/report/results.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "tests/ui/window/event_loop_gap.h"
#include "tests/ui/window/window_fixture.h"
#include "ui/heatmap/heatmap_panel.h"
#include "ui/plan/pair_model.h"
#include "ui/plan/pair_panel.h"
#include "ui/style/plot_copy.h"
#include "ui/window/image_export.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

constexpr int kLayers = 80;
constexpr int kHeads = 64;
constexpr double kNearlyAll = -0.5;

const std::shared_ptr<const OpenedModel>& large_model() {
    static const auto model = synthetic_model(kLayers, kHeads, 8, 1);
    return model;
}

/// The results of a run of the large model.
Result large_result() {
    const OpenedModel& model = *large_model();
    Result result;
    result.threshold = kNearlyAll;
    result.original.perplexity = {10.0, 9.0, 11.0};
    result.merged.perplexity = {12.0, 11.0, 13.0};
    result.plan = make_merge_plan(model.matrices, model.config(), {kNearlyAll, {}, {}});
    result.summary = summarize(result.plan, model.config());
    result.similarity = model.matrices;
    return result;
}

/// The window with the large model, Pairs in front.
struct Large : WindowFixture {
    Large() {
        window->resize(1280, 800);
        session().set_model(large_model());
        session().choose_threshold(kNearlyAll);
        dock("pairs")->raise();
        QTest::qWait(300);
    }

    [[nodiscard]] Session& session() const { return workbench->session(); }
    [[nodiscard]] QDockWidget* dock(const char* name) const {
        return window->findChild<QDockWidget*>(QLatin1String(name));
    }
    [[nodiscard]] PairPanel& pairs() const { return find<PairPanel>(); }
    [[nodiscard]] QTableView& table() const { return *pairs().findChild<QTableView*>(); }
    void choose(const std::function<void(Choices&)>& change) const {
        Choices choices = session().choices();
        change(choices);
        session().choose(choices, {});
    }
};

void nothing() {}

bool at_once() {
    return true;
}

}  // namespace

class TestLargeModel : public QObject {
    Q_OBJECT

    /// Checks one action, and prints what it took.
    static void check(const QString& name, const std::function<void()>& prepare,
                      const std::function<void()>& action,
                      const std::function<bool()>& done = at_once, qint64 limit = kLongestGapMs) {
        const Gap gap = gap_of(prepare, action, done);
        qInfo("%s: %lld ms, of which %lld computed", qPrintable(name), gap.longest, gap.work);
        if (gap.work > limit) {
            too_long_ << name + QStringLiteral(": %1 ms").arg(gap.work);
        }
    }

    static inline QStringList too_long_;

  private Q_SLOTS:
    void init() { too_long_.clear(); }
    void cleanup() {
        QVERIFY2(too_long_.isEmpty(), qPrintable(too_long_.join(QStringLiteral("; "))));
    }

    void opening_and_choosing() {
        const Large at;
        Session& session = at.session();
        check(
            QStringLiteral("open"), [&] { session.set_model(nullptr); },
            [&] { session.set_model(large_model()); });
        check(
            QStringLiteral("threshold"), [&] { session.choose_threshold(0.98); },
            [&] { session.choose_threshold(kNearlyAll); });
        check(
            QStringLiteral("focus"), [&] { session.focus_layer(0); },
            [&] { session.focus_layer(40); });
        const auto include_all = [&] { session.choose_layers({}); };
        const auto exclude_all = [&] {
            std::set<int> all;
            for (int layer = 0; layer < kLayers; ++layer)
                all.insert(layer);
            session.choose_layers(all);
        };
        check(QStringLiteral("exclude all"), include_all, exclude_all);
        check(QStringLiteral("include all"), exclude_all, include_all);
        const auto group = [&](Grouping grouping) {
            at.choose([&](Choices& choices) { choices.grouping = grouping; });
        };
        Grouping before = Grouping::components;
        for (const Grouping grouping :
             {Grouping::complete, Grouping::matching, Grouping::sequential, Grouping::components}) {
            check(
                QStringLiteral("grouping %1").arg(static_cast<int>(grouping)),
                [&] { group(before); }, [&] { group(grouping); });
            before = grouping;
        }
        const auto keep_by = [&](KvPolicy policy) {
            at.choose([&](Choices& choices) { choices.kv_policy = policy; });
        };
        KvPolicy policy_before = KvPolicy::average;
        for (const KvPolicy policy : {KvPolicy::within, KvPolicy::keep, KvPolicy::average}) {
            check(
                QStringLiteral("KV policy %1").arg(static_cast<int>(policy)),
                [&] { keep_by(policy_before); }, [&] { keep_by(policy); });
            policy_before = policy;
        }
        check(
            QStringLiteral("plan panel"), [&] { at.dock("pairs")->raise(); },
            [&] { at.dock("plan")->raise(); });
        check(
            QStringLiteral("pair panel"), [&] { at.dock("plan")->raise(); },
            [&] { at.dock("pairs")->raise(); });
        auto& heatmap = at.window->workspace().panel<HeatmapPanel>();
        check(
            QStringLiteral("cluster order"), [&] { heatmap.set_options({}); },
            [&] {
                HeatmapOptions options;
                options.order = HeatmapOrder::cluster;
                heatmap.set_options(options);
            });
        check(
            QStringLiteral("focus in cluster order"), [&] { session.focus_layer(0); },
            [&] { session.focus_layer(40); });
    }

    void the_pair_table() {
        const Large at;
        at.window->workspace().show_panel(QStringLiteral("pairs"));
        QTableView& table = at.table();
        QTRY_COMPARE(table.model()->rowCount(), static_cast<int>(at.session().summary().pairs));
        QVERIFY(table.model()->rowCount() > 160'000);
        const auto sort_all = [&](const char* selected) {
            for (int column = 0; column < PairModel::column_count; ++column) {
                for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
                    check(
                        QStringLiteral("sort by column %1, %2")
                            .arg(column)
                            .arg(QLatin1String(selected)),
                        [&] { table.sortByColumn((column + 1) % PairModel::column_count, order); },
                        [&] { table.sortByColumn(column, order); });
                }
            }
        };
        sort_all("nothing selected");
        check(
            QStringLiteral("select all"), [&] { table.clearSelection(); },
            [&] { table.selectAll(); });
        sort_all("all selected");
        table.clearSelection();
        const auto select_half = [&] {
            const QAbstractItemModel& model = *table.model();
            table.selectionModel()->select({model.index(0, 0), model.index(80'000, 5)},
                                           QItemSelectionModel::ClearAndSelect);
        };
        check(
            QStringLiteral("sort with half of the rows selected"),
            [&] {
                table.sortByColumn(PairModel::similarity, Qt::DescendingOrder);
                select_half();
            },
            [&] { table.sortByColumn(PairModel::first_head, Qt::AscendingOrder); });
        table.clearSelection();
        at.session().focus_layer(3);
        at.session().pin(HeadsOfInterest{1, 2});
        check(
            QStringLiteral("sort with a pinned pair"),
            [&] { table.sortByColumn(PairModel::similarity, Qt::DescendingOrder); },
            [&] { table.sortByColumn(PairModel::kv_heads, Qt::AscendingOrder); });
        check(
            QStringLiteral("jump to a pair"),
            [&] { table.setCurrentIndex(table.model()->index(0, 0)); },
            [&] { table.setCurrentIndex(table.model()->index(100'000, 0)); });
        table.clearSelection();
        // Copying takes some turns of the event loop.
        const auto copy = [&] { at.pairs().findChild<QPushButton*>()->click(); };
        const auto copied = [] {
            return QGuiApplication::clipboard()->text().size() > 160'000 * 10;
        };
        check(
            QStringLiteral("copy all"), [] { QGuiApplication::clipboard()->clear(); }, copy,
            copied);
        QCOMPARE(QGuiApplication::clipboard()->text(), at.pairs().copy_text());
        check(
            QStringLiteral("copy all selected"),
            [&] {
                QGuiApplication::clipboard()->clear();
                table.selectAll();
            },
            copy, copied);
        auto& filter = *at.pairs().findChild<QCheckBox*>();
        check(
            QStringLiteral("filter on"), [&] { filter.setChecked(false); },
            [&] { filter.setChecked(true); });
        check(
            QStringLiteral("filter off"), [&] { filter.setChecked(true); },
            [&] { filter.setChecked(false); });
    }

    void results_and_pictures() {
        Large at;
        const QString folder = at.folder.filePath(QStringLiteral("large"));
        QDir().mkpath(folder);
        const QString file =
            QString::fromStdString(write_result(folder.toStdString(), large_result()).string());
        RunStore& runs = at.workbench->runs();
        check(
            QStringLiteral("open results"),
            [&] {
                while (runs.count() > 0)
                    runs.remove(runs.at(0).id);
            },
            [&] { at.workbench->open_results({file}); }, [&] { return runs.count() == 1; });
        QSignalSpy drawn(at.workbench.get(), &Workbench::image_saved);
        QSignalSpy saved(at.workbench.get(), &Workbench::results_saved);
        check(
            QStringLiteral("save results"), [&] { saved.clear(); },
            [&] {
                at.workbench->save_results({runs.at(0).result},
                                           at.folder.filePath(QStringLiteral("saved")));
            },
            [&] { return saved.count() == 1; });
        for (const Panel& panel : at.window->workspace().panels()) {
            if (panel.table) {
                // 161,246 pairs at once: their own copy goes in steps, which the menu does not.
                check(
                    QStringLiteral("copy table ") + panel.title, nothing,
                    [&] { QGuiApplication::clipboard()->setText(panel.table()); }, at_once,
                    3 * kLongestGapMs);
            }
            if (!panel.plot) continue;
            // Drawn at twice its size.
            check(
                QStringLiteral("copy image ") + panel.title, nothing,
                [&] { copy_plot(*panel.plot()); }, at_once, 2 * kLongestGapMs);
            for (const char* suffix : {"png", "pdf", "svg"}) {
                const QString path =
                    at.folder.filePath(panel.id + QLatin1Char('.') + QLatin1String(suffix));
                // Drawn at four times its size, behind a dialog that closes.
                check(
                    QStringLiteral("save %1 %2").arg(QLatin1String(suffix), panel.title),
                    [&] { drawn.clear(); },
                    [&] {
                        at.workbench->save_image(draw_image(*panel.plot(), {path, 4}));
                    },
                    [&] { return drawn.count() == 1; }, 3 * kLongestGapMs);
            }
        }
    }
};

HEADSCOPE_TEST(TestLargeModel)
#include "test_large_model.moc"
