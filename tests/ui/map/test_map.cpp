// The map of all heads: its values, its selection, and its speed.

#include <QComboBox>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <ctime>

#include <qcustomplot.h>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/heads/head_store.h"
#include "ui/map/map_panel.h"
#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/runs/run_store.h"
#include "ui/session/session.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

struct At {
    explicit At(std::shared_ptr<const OpenedModel> model) {
        session.set_model(std::move(model));
        panel.resize(900, 500);
        panel.show();
        [[maybe_unused]] const bool shown = QTest::qWaitForWindowExposed(&panel);
        panel.plot().replot();
    }

    void click(HeadRef head, Qt::KeyboardModifiers modifiers = {}) {
        QCustomPlot& plot = panel.map().plot();
        const QPoint at(static_cast<int>(plot.xAxis->coordToPixel(head.layer)),
                        static_cast<int>(plot.yAxis->coordToPixel(head.head)));
        QMouseEvent press(QEvent::MouseButtonPress, QPointF(at), QPointF(plot.mapToGlobal(at)),
                          Qt::LeftButton, Qt::LeftButton, modifiers);
        QCoreApplication::sendEvent(&plot, &press);
    }

    Session session;
    MeasureStore measures{session, [] { return MeasureStore::Compare(); }};
    DamageStore damage{session};
    HeadStore heads{session, [] { return HeadStore::Settings(); }};
    RunStore runs;
    MapPanel panel{PanelServices{session, measures, damage, heads, runs, {}}};
};

double thread_milliseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

}  // namespace

class TestMap : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_highest_similarity_of_each_head() {
        At at(demo_opened_model());
        for (int layer = 0; layer < at.session.model()->layers(); ++layer) {
            const SimilarityMatrix& matrix =
                at.session.model()->matrices[static_cast<std::size_t>(layer)];
            for (int i = 0; i < matrix.heads; ++i) {
                double highest = -2.0;
                for (int j = 0; j < matrix.heads; ++j) {
                    if (j != i) highest = std::max(highest, matrix.at(i, j));
                }
                QCOMPARE(at.panel.map().value({layer, i}), highest);
            }
        }
        QVERIFY(std::isnan(at.panel.map().value({0, 99})));
        QVERIFY(at.panel.copy_text().startsWith(QStringLiteral("layer\thead\thighest\n0\t0\t")));
    }

    void what_the_plan_merges() {
        At at(demo_opened_model());
        auto& box = *at.panel.findChild<QComboBox*>(QStringLiteral("map_measure"));
        box.setCurrentIndex(box.findData(QStringLiteral("plan")));
        at.session.choose_threshold(0.9);
        int merged = 0;
        for (int layer = 0; layer < at.session.model()->layers(); ++layer) {
            for (int head = 0; head < 16; ++head)
                merged += at.panel.map().value({layer, head}) > 0.0 ? 1 : 0;
        }
        QVERIFY(merged > 0);
        QCOMPARE(static_cast<std::int64_t>(merged), at.session.summary().merged_heads);
    }

    void clicks_select_for_all_views() {
        At at(demo_opened_model());
        QSignalSpy selected(&at.session, &Session::selection_changed);
        at.click({2, 5});
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{{2, 5}}));
        QCOMPARE(at.session.focused_layer(), 2);
        QVERIFY(!at.session.pinned());
        at.click({2, 9}, Qt::ControlModifier);
        QCOMPARE(at.session.pinned(), (HeadsOfInterest{5, 9}));
        at.click({3, 10}, Qt::ShiftModifier);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{{2, 9}, {2, 10}, {3, 9}, {3, 10}}));
        QVERIFY(!at.session.pinned());
        QVERIFY(selected.count() >= 3);
        at.session.pin(HeadsOfInterest{0, 1});
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{{3, 0}, {3, 1}}));
    }

    void keys_walk_and_select() {
        At at(demo_opened_model());
        QCustomPlot& plot = at.panel.map().plot();
        plot.setFocus();
        QTest::keyClick(&plot, Qt::Key_Right);
        QTest::keyClick(&plot, Qt::Key_Down);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{{1, 1}}));
        QTest::keyClick(&plot, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{{1, 1}, {1, 2}}));
    }

    void excluded_heads_are_merged_with_none() {
        At at(demo_opened_model());
        at.session.choose_threshold(0.9);
        const HeadPair pair = at.session.plan().layers.front().pairs.front();
        const int layer = at.session.plan().layers.front().layer;
        at.session.exclude_heads({{layer, pair.first}});
        for (const HeadPair& left : at.session.layer_plan(layer).pairs)
            QVERIFY(left.first != pair.first && left.second != pair.first);
        at.session.undo_stack()->undo();
        QCOMPARE(at.session.layer_plan(layer).pairs.front(), pair);
    }

    void eighty_layers_of_128_heads_are_drawn_within_a_frame() {
        At at(synthetic_model(80, 128, 8, 3));
        constexpr double kFrameMs = 50.0;
        const auto cost = [](auto action) {
            const double start = thread_milliseconds();
            action();
            return thread_milliseconds() - start;
        };
        const double drawn = cost([&] { at.panel.map().plot().replot(); });
        const double hovered = cost([&] { QTest::keyClick(&at.panel.map().plot(), Qt::Key_Down); });
        const double selected = cost([&] { at.click({40, 64}); });
        qInfo("draw %.1f ms, hover %.1f ms, select %.1f ms of processor time", drawn, hovered,
              selected);
        QVERIFY(drawn < kFrameMs);
        QVERIFY(hovered < kFrameMs);
        QVERIFY(selected < kFrameMs);
    }
};

HEADSCOPE_TEST(TestMap)
#include "test_map.moc"
