// The scatter of heads: its values, brushing with the other views, and its speed.

#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <ctime>

#include <qcustomplot.h>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/heads/head_store.h"
#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/measures/scatter_panel.h"
#include "ui/runs/run_store.h"
#include "ui/scatter/head_scatter_panel.h"
#include "ui/scatter/scatter_tab.h"
#include "ui/session/session.h"
#include "ui/style/flow_layout.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

struct At {
    explicit At(std::shared_ptr<const OpenedModel> model) {
        session.set_model(std::move(model));
        tab.points().setCurrentIndex(1);
        tab.resize(900, 600);
        tab.show();
        [[maybe_unused]] const bool shown = QTest::qWaitForWindowExposed(&tab);
        tab.plot().replot();
    }

    [[nodiscard]] HeadScatterPanel& panel() { return tab.heads(); }
    [[nodiscard]] QCustomPlot& plot() { return panel().dots().plot(); }

    [[nodiscard]] QPointF place_of(HeadRef head) {
        for (const HeadDot& dot : panel().dots().dots()) {
            if (dot.head == head)
                return {plot().xAxis->coordToPixel(dot.x), plot().yAxis->coordToPixel(dot.y)};
        }
        return {-1.0, -1.0};
    }

    /// Heads with no other near them.
    [[nodiscard]] std::vector<HeadRef> heads_apart() {
        std::vector<HeadRef> found;
        for (const HeadDot& dot : panel().dots().dots()) {
            const QPointF here = place_of(dot.head);
            const auto near =
                std::ranges::count_if(panel().dots().dots(), [&](const HeadDot& other) {
                    return (place_of(other.head) - here).manhattanLength() < 12.0;
                });
            if (near == 1) found.push_back(dot.head);
        }
        return found;
    }

    void mouse(QEvent::Type type, QPointF at, Qt::KeyboardModifiers modifiers) {
        const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
        QMouseEvent event(type, at, plot().mapToGlobal(at), button, Qt::LeftButton, modifiers);
        QCoreApplication::sendEvent(&plot(), &event);
    }

    void drag(QPointF from, QPointF to, Qt::KeyboardModifiers modifiers = {}) {
        mouse(QEvent::MouseButtonPress, from, modifiers);
        mouse(QEvent::MouseMove, to, modifiers);
        mouse(QEvent::MouseButtonRelease, to, modifiers);
    }

    void click(HeadRef head, Qt::KeyboardModifiers modifiers = {}) {
        drag(place_of(head), place_of(head), modifiers);
    }

    Session session;
    MeasureStore measures{session, [] { return MeasureStore::Compare(); }};
    DamageStore damage{session};
    HeadStore heads{session, [] { return HeadStore::Settings(); }};
    RunStore runs;
    ScatterTab tab{PanelServices{session, measures, damage, heads, runs, {}}};
};

double highest_of(const SimilarityMatrix& matrix, int head) {
    double highest = -2.0;
    for (int other = 0; other < matrix.heads; ++other) {
        if (other != head) highest = std::max(highest, matrix.at(head, other));
    }
    return highest;
}

double thread_milliseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

}  // namespace

class TestHeadScatter : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void choices_take_two_rows_of_a_narrow_tab() {
        At at(demo_opened_model());
        for (const int page : {0, 1}) {
            at.tab.points().setCurrentIndex(page);
            const FlowLayout& choices =
                page == 0 ? at.tab.pairs().choices() : at.tab.heads().choices();
            QVERIFY(choices.parentWidget()->isAncestorOf(&at.tab.points()));
            const int line = choices.heightForWidth(10'000);
            QVERIFY(choices.heightForWidth(60 * at.tab.fontMetrics().averageCharWidth()) <
                    3 * line);
        }
    }

    void a_dot_for_each_head() {
        At at(demo_opened_model());
        at.session.choose_threshold(1.0);
        const auto& matrices = at.session.model()->matrices;
        std::size_t heads = 0;
        for (const SimilarityMatrix& matrix : matrices)
            heads += static_cast<std::size_t>(matrix.heads);
        QCOMPARE(at.panel().dots().dots().size(), heads);
        for (const HeadDot& dot : at.panel().dots().dots()) {
            QCOMPARE(dot.x, static_cast<double>(dot.head.layer));
            QCOMPARE(dot.y,
                     highest_of(matrices[static_cast<std::size_t>(dot.head.layer)], dot.head.head));
            QCOMPARE(dot.color, 0.0);  // the plan merges none
        }
        at.session.choose_threshold(0.9);
        std::int64_t merged = 0;
        for (const HeadDot& dot : at.panel().dots().dots())
            merged += dot.color > 0.0 ? 1 : 0;
        QVERIFY(merged > 0);
        QCOMPARE(merged, at.session.summary().merged_heads);
        const QStringList lines = at.tab.copy_text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.front(), QStringLiteral("layer\thead\tlayer\thighest\tplan"));
        QCOMPARE(lines.size(), static_cast<qsizetype>(heads) + 1);
    }

    void what_is_selected_here_is_selected_everywhere() {
        At at(synthetic_model(4, 16, 4, 3));
        const std::vector<HeadRef> apart = at.heads_apart();
        QVERIFY(apart.size() >= 2);
        const HeadRef a = apart.front();
        const HeadRef b = apart.back();
        at.click(a);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{a}));
        QCOMPARE(at.session.focused_layer(), a.layer);
        at.click(b, Qt::ControlModifier);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{a, b}));
        at.click(b, Qt::ControlModifier);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{a}));
        // From elsewhere: Ctrl adds to it.
        at.session.select({{0, 1}, {0, 4}}, {0, 1});
        at.click(b, Qt::ControlModifier);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{{0, 1}, {0, 4}, b}));
        at.plot().setFocus();
        QTest::keyClick(&at.plot(), Qt::Key_Escape);
        QVERIFY(at.session.selected().empty());
    }

    void clicks_reach_dots_that_lie_under_others() {
        At at(demo_opened_model());
        // The two most similar heads of a layer have the same highest similarity.
        const SimilarityMatrix& matrix = at.session.model()->matrices[3];
        HeadRef first{3, 0};
        for (int head = 1; head < matrix.heads; ++head) {
            if (highest_of(matrix, head) > highest_of(matrix, first.head)) first.head = head;
        }
        std::set<HeadRef> reached;
        for (int i = 0; i < 2; ++i) {
            at.click(first);
            QCOMPARE(at.session.selected().size(), std::size_t{1});
            reached.insert(*at.session.selected().begin());
        }
        QCOMPARE(reached.size(), std::size_t{2});
        for (const HeadRef head : reached)
            QCOMPARE(highest_of(matrix, head.head), highest_of(matrix, first.head));
    }

    void a_rectangle_selects_what_is_inside() {
        At at(demo_opened_model());
        // All heads of layer 1, and no others: the layer is along x.
        const double left = at.plot().xAxis->coordToPixel(0.5);
        const double right = at.plot().xAxis->coordToPixel(1.5);
        const QRect area = at.plot().axisRect()->rect();
        at.drag({right, area.bottom() - 1.0}, {left, area.top() + 1.0});
        std::set<HeadRef> wanted;
        for (int head = 0; head < at.session.model()->matrices[1].heads; ++head)
            wanted.insert({1, head});
        QCOMPARE(at.session.selected(), wanted);
        QCOMPARE(at.session.focused_layer(), 1);
        const QPointF other = at.place_of({3, 0});
        at.drag(other - QPointF(6.0, 6.0), other + QPointF(6.0, 6.0), Qt::ShiftModifier);
        wanted.insert({3, 0});
        for (const HeadRef head : wanted)
            QVERIFY(at.session.selected().contains(head));
    }

    void keys_walk_in_the_order_of_the_values() {
        At at(demo_opened_model());
        HeadDots& dots = at.panel().dots();
        at.plot().setFocus();
        QTest::keyClick(&at.plot(), Qt::Key_Down);  // begins somewhere
        double before = dots.current()->y;
        for (int i = 0; i < 10; ++i) {
            QTest::keyClick(&at.plot(), Qt::Key_Up);
            QVERIFY(dots.current()->y >= before);
            before = dots.current()->y;
        }
        QVERIFY(at.plot().accessibleDescription().contains(QStringLiteral("Layer %1, head %2")
                                                               .arg(dots.current()->head.layer)
                                                               .arg(dots.current()->head.head)));
        QTest::keyClick(&at.plot(), Qt::Key_Return);
        QCOMPARE(at.session.selected(), (std::set<HeadRef>{dots.current()->head}));
    }

    void what_has_to_be_computed_is_offered() {
        At at(demo_opened_model());
        at.panel().y_axis().set_id(QStringLiteral("induction"));
        QVERIFY(at.panel().dots().dots().empty());
        const auto* compute = at.panel().findChild<QPushButton*>();
        QVERIFY(compute->isVisible());
        QVERIFY(!at.heads.scoring());
        QVERIFY(!at.panel().note().isEmpty());
        // Only the colour is missing: the dots are there.
        at.panel().y_axis().set_id(QStringLiteral("highest"));
        at.panel().color().set_id(QStringLiteral("redundancy"));
        QVERIFY(!at.panel().dots().dots().empty());
        QVERIFY(std::isnan(at.panel().dots().dots().front().color));
        QVERIFY(compute->isVisible());
        at.panel().color().set_id(QStringLiteral("layer"));
        QVERIFY(!compute->isVisible());
    }

    void the_choices_are_kept() {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        {
            At at(demo_opened_model());
            at.panel().x_axis().set_id(QStringLiteral("entropy"));
            at.panel().color().set_id(QStringLiteral("damage"));
            at.tab.save_state(settings);
        }
        At at(demo_opened_model());
        at.tab.points().setCurrentIndex(0);
        QVERIFY(at.tab.copy_text().startsWith(QStringLiteral("layer\thead\thead\t")));
        QCOMPARE(&at.tab.plot(), &at.tab.pairs().plot());
        at.tab.restore_state(settings);
        QCOMPARE(at.tab.points().currentIndex(), 1);
        QCOMPARE(at.panel().x_axis().id(), QStringLiteral("entropy"));
        QCOMPARE(at.panel().y_axis().id(), QStringLiteral("highest"));
        QCOMPARE(at.panel().color().id(), QStringLiteral("damage"));
        at.session.set_model(nullptr);
        QVERIFY(at.panel().dots().dots().empty());
        QVERIFY(at.tab.copy_text().isEmpty());
    }

    void eighty_layers_of_128_heads_are_drawn_within_a_frame() {
        At at(synthetic_model(80, 128, 8, 3));
        constexpr double kFrameMs = 50.0;
        const auto cost = [](auto action) {
            const double start = thread_milliseconds();
            action();
            return thread_milliseconds() - start;
        };
        const double drawn = cost([&] { at.plot().replot(); });
        const double hovered = cost([&] { QTest::keyClick(&at.plot(), Qt::Key_Right); });
        const double selected = cost([&] { at.click({40, 64}); });
        qInfo("draw %.1f ms, walk %.1f ms, select %.1f ms of processor time", drawn, hovered,
              selected);
        QVERIFY(drawn < kFrameMs);
        QVERIFY(hovered < kFrameMs);
        QVERIFY(selected < kFrameMs);
    }
};

HEADSCOPE_TEST(TestHeadScatter)
#include "test_head_scatter.moc"
