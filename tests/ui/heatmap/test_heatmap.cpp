#include <QClipboard>
#include <QComboBox>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <limits>

#include <qcustomplot.h>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "tests/ui/support/shown_panel.h"
#include "ui/heatmap/heatmap_panel.h"
#include "ui/heatmap/heatmap_readout.h"
#include "ui/session/session.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// A panel on screen, laid out.
struct Shown : ShownPanel<HeatmapPanel> {
    explicit Shown(std::shared_ptr<const OpenedModel> model)
        : ShownPanel(std::move(model), {700, 800}) {
        QCoreApplication::sendPostedEvents();  // the layout settles
        panel.plot().replot();
    }

    [[nodiscard]] const SimilarityMatrix& matrix() const {
        return session.model()->matrices[static_cast<std::size_t>(session.focused_layer())];
    }
    [[nodiscard]] HeatmapPlot& heatmap() { return panel.heatmap(); }
    [[nodiscard]] QString readout() const { return panel.findChild<HeatmapReadout*>()->text(); }
    /// The middle of a cell, by places.
    [[nodiscard]] QPoint middle(int column, int row) {
        return {static_cast<int>(panel.plot().xAxis->coordToPixel(column)),
                static_cast<int>(panel.plot().yAxis->coordToPixel(row))};
    }
    /// As the window system sends it: QTest moves the one pointer of the screen instead.
    void mouse(QEvent::Type type, QPoint at, Qt::MouseButton button = Qt::NoButton,
               Qt::MouseButtons held = Qt::NoButton) {
        QMouseEvent event(type, QPointF(at), QPointF(panel.plot().mapToGlobal(at)), button, held,
                          Qt::NoModifier);
        QCoreApplication::sendEvent(&panel.plot(), &event);
    }
    void move(QPoint at, Qt::MouseButtons held = Qt::NoButton) {
        mouse(QEvent::MouseMove, at, Qt::NoButton, held);
    }
    void press(QPoint at) { mouse(QEvent::MouseButtonPress, at, Qt::LeftButton, Qt::LeftButton); }
    void release(QPoint at) { mouse(QEvent::MouseButtonRelease, at, Qt::LeftButton); }
    void point_at(int column, int row) { move(middle(column, row)); }
    void click(int column, int row) {
        press(middle(column, row));
        release(middle(column, row));
    }
    void key(Qt::Key key) { QTest::keyClick(&panel.plot(), key); }
    [[nodiscard]] QColor color_at(QPoint at) {
        return panel.plot().grab().toImage().pixelColor(at);
    }
    [[nodiscard]] double drawn(int column, int row) {
        return panel.plot().findChild<QCPColorMap*>()->data()->cell(column, row);
    }
};

HeatmapOptions by(HeatmapOrder order) {
    HeatmapOptions options;
    options.order = order;
    return options;
}

}  // namespace

class TestHeatmap : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cells_are_those_of_core() {
        Shown shown(demo_opened_model());
        for (const auto order : {HeatmapOrder::index, HeatmapOrder::cluster}) {
            shown.panel.set_options(by(order));
            for (const auto& [column, row] : {std::pair(3, 0), {0, 3}, {15, 14}, {7, 11}}) {
                shown.point_at(column, row);
                const auto cell = shown.heatmap().current();
                QVERIFY(cell);
                const double wanted = shown.matrix().at(cell->row, cell->column);
                QCOMPARE(shown.drawn(column, row), wanted);
                QVERIFY(shown.readout().contains(similarity_text(wanted)));
                if (order == HeatmapOrder::index) {
                    QCOMPARE(*cell, (HeatmapCell{row, column}));
                } else {
                    QCOMPARE(*cell, (HeatmapCell{shown.heatmap().order().head_at(row),
                                                 shown.heatmap().order().head_at(column)}));
                }
            }
        }
    }

    void head_0_is_at_the_top_left_and_cells_are_square() {
        Shown shown(demo_opened_model());
        const QRect area = shown.panel.plot().axisRect()->rect();
        QCOMPARE(area.width(), area.height());
        shown.move(area.topLeft() + QPoint(1, 1));
        QCOMPARE(*shown.heatmap().current(), (HeatmapCell{0, 0}));
        shown.move(area.bottomRight() - QPoint(1, 1));
        QCOMPARE(*shown.heatmap().current(), (HeatmapCell{15, 15}));
    }

    void a_small_heatmap_leaves_its_cells_the_room() {
        Shown shown(demo_opened_model());
        QCustomPlot& plot = shown.panel.plot();
        const auto* scale = plot.findChild<QCPColorScale*>();
        QVERIFY(!plot.xAxis->label().isEmpty());
        QVERIFY(scale->layout() != nullptr);
        shown.panel.resize(700, shown.panel.minimumSizeHint().height());
        QTRY_VERIFY(plot.xAxis->label().isEmpty());
        QVERIFY(scale->layout() == nullptr);
        QTRY_VERIFY(plot.axisRect()->height() > plot.height() / 2);
        shown.panel.resize(700, 800);
        QTRY_VERIFY(!plot.xAxis->label().isEmpty());
        QVERIFY(scale->layout() != nullptr);
    }

    void colors_are_those_of_the_scheme() {
        Shown shown(synthetic_model(1, 16, 16, 4));
        shown.session.choose_threshold(1.0);
        for (const auto scheme : {ColorScheme::sequential, ColorScheme::diverging}) {
            HeatmapOptions options;
            options.colors = scheme;
            options.range = HeatmapRange::minus_one_to_one;
            shown.panel.set_options(options);
            shown.panel.plot().replot();
            const QColor drawn = shown.color_at(shown.middle(5, 2));
            const QColor wanted(scheme_color(scheme, (shown.matrix().at(2, 5) + 1.0) / 2.0));
            QVERIFY(std::abs(drawn.red() - wanted.red()) <= 4);
            QVERIFY(std::abs(drawn.green() - wanted.green()) <= 4);
            QVERIFY(std::abs(drawn.blue() - wanted.blue()) <= 4);
        }
    }

    void range_of_a_layer_is_that_off_the_diagonal() {
        Shown shown(demo_opened_model());
        HeatmapOptions of_layer;
        of_layer.colors = ColorScheme::sequential;
        of_layer.range = HeatmapRange::layer;
        shown.panel.set_options(of_layer);
        shown.session.focus_layer(2);
        double low = std::numeric_limits<double>::max();
        double high = std::numeric_limits<double>::lowest();
        for (int i = 0; i < 16; ++i) {
            for (int j = 0; j < 16; ++j) {
                if (i == j) continue;
                low = std::min(low, shown.matrix().at(i, j));
                high = std::max(high, shown.matrix().at(i, j));
            }
        }
        QCOMPARE(shown.heatmap().range().low, low);
        QCOMPARE(shown.heatmap().range().high, high);
        const auto* scale = shown.panel.plot().findChild<QCPColorScale*>();
        QCOMPARE(scale->dataRange().lower, low);
        QCOMPARE(scale->dataRange().upper, high);
        HeatmapOptions options;
        options.range = HeatmapRange::zero_to_one;
        shown.panel.set_options(options);
        QCOMPARE(scale->dataRange().lower, 0.0);
        QCOMPARE(scale->dataRange().upper, 1.0);
    }

    void one_range_for_the_model_centred_at_0_where_signed() {
        Shown shown(demo_opened_model());
        double low = 1.0;
        double high = -1.0;
        for (const SimilarityMatrix& matrix : shown.session.model()->matrices) {
            for (int i = 0; i < matrix.heads; ++i) {
                for (int j = 0; j < i; ++j) {
                    low = std::min(low, matrix.at(i, j));
                    high = std::max(high, matrix.at(i, j));
                }
            }
        }
        QVERIFY(low < 0.0);
        const double end = std::max(-low, high);
        for (const int layer : {0, 3}) {
            shown.session.focus_layer(layer);
            QCOMPARE(shown.heatmap().range(), (ValueRange{-end, end}));
        }
        QCOMPARE(scheme_range(ColorScheme::automatic, 0.2, 0.9), (ValueRange{0.2, 0.9}));
        QCOMPARE(drawn_scheme(ColorScheme::automatic, -0.1), ColorScheme::diverging);
        QCOMPARE(drawn_scheme(ColorScheme::automatic, 0.0), ColorScheme::sequential);
    }

    void colors_follow_a_dark_palette() {
        Shown shown(demo_opened_model());
        QPalette dark = shown.panel.palette();
        dark.setColor(QPalette::Base, QColor(0x101214));
        dark.setColor(QPalette::Window, QColor(0x202224));
        dark.setColor(QPalette::Text, QColor(0xf0f0f0));
        shown.panel.setPalette(dark);
        shown.panel.plot().replot();
        QCOMPARE(QColor(shown.panel.plot().toPixmap().toImage().pixel(1, 1)), QColor(0x101214));
        QCOMPARE(shown.panel.plot().xAxis->tickLabelColor(), QColor(0xf0f0f0));
    }

    void copies_picture_and_values_by_key() {
        Shown shown(demo_opened_model());
        shown.panel.activateWindow();
        shown.panel.plot().setFocus();
        QGuiApplication::clipboard()->clear();
        QTest::keyClick(&shown.panel.plot(), Qt::Key_C, Qt::ControlModifier);
        const QMimeData* copied = QGuiApplication::clipboard()->mimeData();
        QVERIFY(copied->hasImage());
        QCOMPARE(copied->text(), shown.panel.copy_text());
    }

    void range_of_equal_similarities_is_not_empty() {
        SimilarityMatrix matrix{0, 2, {1.0, 0.5, 0.5, 1.0}};
        const ValueRange range = layer_range(matrix);
        QVERIFY(range.low < 0.5 && range.high > 0.5);
        QCOMPARE(layer_range({0, 1, {1.0}}).high, 1.0);
    }

    void outlines_are_the_pairs_of_the_plan() {
        Shown shown(demo_opened_model());
        for (const auto order : {HeatmapOrder::index, HeatmapOrder::cluster}) {
            shown.panel.set_options(by(order));
            for (const double threshold : {0.98, 0.3, 0.999}) {
                shown.session.choose_threshold(threshold);
                const auto pairs = find_pairs(shown.matrix(), threshold);
                const auto& merged = shown.heatmap().marks().merged;
                QCOMPARE(merged.size(), pairs.size());
                for (std::size_t i = 0; i < pairs.size(); ++i) {
                    QCOMPARE(shown.heatmap().order().head_at(merged[i].y()), pairs[i].first);
                    QCOMPARE(shown.heatmap().order().head_at(merged[i].x()), pairs[i].second);
                }
            }
        }
    }

    void outlines_are_drawn_in_both_halves() {
        Shown shown(synthetic_model(1, 8, 8, 4));
        shown.session.choose_threshold(0.9);
        QCOMPARE(shown.heatmap().marks().merged, (std::vector<QPoint>{{1, 0}}));
        const QColor outline = plot_colors(shown.panel.plot().palette()).merged;
        QCOMPARE(shown.color_at(edge_of(shown, 1, 0)), outline);
        QCOMPARE(shown.color_at(edge_of(shown, 0, 1)), outline);
        shown.session.choose_threshold(1.0);
        QVERIFY(shown.color_at(edge_of(shown, 1, 0)) != outline);
        QVERIFY(shown.color_at(edge_of(shown, 0, 1)) != outline);
    }

    void pins_by_click() {
        Shown shown(demo_opened_model());
        shown.click(9, 4);
        QCOMPARE(shown.session.pinned(), (HeadsOfInterest{4, 9}));
        QCOMPARE(shown.heatmap().marks().pinned, QPoint(9, 4));
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(&shown.panel.plot(), &leave);
        QVERIFY(!shown.heatmap().current());
        QVERIFY(shown.readout().contains(similarity_text(shown.matrix().at(4, 9))));
        shown.click(3, 3);  // the diagonal is no pair
        QCOMPARE(shown.session.pinned(), (HeadsOfInterest{4, 9}));
        shown.click(4, 9);  // the same pair, the other half
        QVERIFY(!shown.session.pinned());
    }

    void pins_by_keyboard() {
        Shown shown(demo_opened_model());
        shown.key(Qt::Key_Right);  // shows the cursor
        QCOMPARE(*shown.heatmap().current(), (HeatmapCell{0, 0}));
        shown.key(Qt::Key_Left);  // not out of the map
        shown.key(Qt::Key_Right);
        shown.key(Qt::Key_Right);
        shown.key(Qt::Key_Down);
        QCOMPARE(*shown.heatmap().current(), (HeatmapCell{1, 2}));
        shown.key(Qt::Key_Return);
        QCOMPARE(shown.session.pinned(), (HeadsOfInterest{1, 2}));
        shown.key(Qt::Key_End);
        QVERIFY(shown.readout().contains(similarity_text(shown.matrix().at(1, 15))));
        shown.key(Qt::Key_Escape);
        QVERIFY(!shown.session.pinned());
    }

    void pin_follows_its_heads_into_another_order() {
        Shown shown(demo_opened_model());
        shown.session.pin(HeadsOfInterest{2, 13});
        shown.panel.set_options(by(HeatmapOrder::cluster));
        const auto& order = shown.heatmap().order();
        QCOMPARE(shown.heatmap().marks().pinned, QPoint(order.place_of(13), order.place_of(2)));
    }

    void zooms_and_pans_within_the_map() {
        Shown shown(demo_opened_model());
        QCustomPlot& plot = shown.panel.plot();
        const QPoint at = shown.middle(12, 3);
        const auto wheel = [&](int notches) {
            QWheelEvent event(at, plot.mapToGlobal(at), {}, {0, notches * 120}, {}, {},
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(&plot, &event);
        };
        wheel(-3);
        QVERIFY(!shown.heatmap().zoomed());
        const double before = plot.xAxis->pixelToCoord(at.x());
        wheel(4);
        QVERIFY(shown.heatmap().zoomed());
        QVERIFY(std::abs(plot.xAxis->pixelToCoord(at.x()) - before) < 1e-9);
        shown.press(at);
        shown.move(at + QPoint(-60, 20), Qt::LeftButton);
        const double left = plot.xAxis->range().lower;
        shown.move(at + QPoint(5000, 5000), Qt::LeftButton);
        QVERIFY(plot.xAxis->range().lower < left);
        QCOMPARE(plot.xAxis->range().lower, -0.5);
        QCOMPARE(plot.yAxis->range().lower, -0.5);
        shown.release(at);
        QVERIFY(!shown.session.pinned());  // a drag is no click
        shown.session.pin(HeadsOfInterest{14, 15});
        QVERIFY(plot.xAxis->range().contains(15.0) && plot.yAxis->range().contains(14.0));
        const QPoint there = shown.middle(14, 13);
        shown.click(14, 13);
        QCOMPARE(shown.session.pinned(), (HeadsOfInterest{13, 14}));
        shown.mouse(QEvent::MouseButtonDblClick, there, Qt::LeftButton, Qt::LeftButton);
        shown.release(there);
        QVERIFY(!shown.heatmap().zoomed());
        QCOMPARE(shown.session.pinned(), (HeadsOfInterest{14, 15}));
    }

    void separators_are_between_kv_groups() {
        Shown shown(demo_opened_model());
        QCOMPARE(shown.heatmap().marks().heads_per_group, 2);
        shown.panel.set_options(by(HeatmapOrder::cluster));
        QCOMPARE(shown.heatmap().marks().heads_per_group, 0);
        HeatmapOptions without;
        without.separators = false;
        shown.panel.set_options(without);
        QCOMPARE(shown.heatmap().marks().heads_per_group, 0);
        shown.panel.set_options({});
        shown.session.set_model(synthetic_model(1, 8, 8, 1));
        QCOMPARE(shown.heatmap().marks().heads_per_group, 0);
    }

    void excluded_layer_is_said_and_faint() {
        Shown shown(demo_opened_model());
        const auto title = [&] { return shown.panel.findChild<QLabel*>(QStringLiteral("title")); };
        QVERIFY(!title()->text().contains(QStringLiteral("xcluded")));
        QVERIFY(!shown.heatmap().marks().faint);
        shown.session.choose_layers({0});
        QVERIFY(title()->text().contains(QStringLiteral("xcluded")));
        QVERIFY(shown.heatmap().marks().faint);
        QCOMPARE(shown.heatmap().marks().merged.size(), shown.session.layer_plan(0).pairs.size());
    }

    void a_layer_s_own_threshold_is_said() {
        Shown shown(demo_opened_model());
        Choices choices = shown.session.choices();
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{0, 0.9}, {1, 1.0}};
        shown.session.choose(choices, QStringLiteral("layers"));
        const auto says = [&](const char* part) {
            const auto labels = shown.panel.findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) {
                return label->text().contains(QString::fromLatin1(part));
            });
        };
        QVERIFY(says("threshold 0.9"));
        QCOMPARE(shown.heatmap().marks().merged.size(), shown.session.layer_plan(0).pairs.size());
        shown.session.focus_layer(1);
        QVERIFY(says("No pair reaches 1.0"));
        shown.session.focus_layer(2);
        QVERIFY(says("No threshold of its own"));
        QVERIFY(shown.heatmap().marks().merged.empty());
    }

    void fates() {
        const auto& model = *demo_opened_model();
        const auto& matrix = model.matrices[0];
        for (const auto grouping : {Grouping::components, Grouping::matching}) {
            const auto plan = make_merge_plan({matrix}, model.config(), {0.3, grouping, {}});
            const LayerPlan& layer = plan.layers[0];
            for (int i = 0; i < 16; ++i) {
                for (int j = i + 1; j < 16; ++j) {
                    const bool pair = matrix.at(i, j) >= 0.3;
                    const bool merged =
                        std::any_of(layer.groups.begin(), layer.groups.end(), [&](const auto& g) {
                            return std::count(g.begin(), g.end(), i) +
                                       std::count(g.begin(), g.end(), j) ==
                                   2;
                        });
                    const PairFate wanted =
                        merged ? pair ? PairFate::merged : PairFate::merged_by_others
                        : pair ? PairFate::pair_only
                               : PairFate::none;
                    QCOMPARE(fate_of(layer, j, i), wanted);
                }
            }
        }
    }

    void no_model() {
        Session session;
        HeatmapPanel panel(session);
        panel.resize(400, 400);
        panel.show();
        QVERIFY(panel.copy_text().isEmpty());
        QVERIFY(!panel.heatmap().isVisible());
        session.set_model(demo_opened_model());
        QVERIFY(panel.heatmap().isVisible());
        session.pin(HeadsOfInterest{0, 1});
        session.set_model(nullptr);
        QVERIFY(!panel.heatmap().isVisible());
        QVERIFY(!panel.heatmap().current());
        session.set_model(synthetic_model(2, 1, 1, 1));  // a single head has nothing to compare
        panel.plot().replot();
        QVERIFY(panel.heatmap().isVisible());
    }

    void hidden_panel_is_up_to_date_when_asked() {
        Session session;
        HeatmapPanel panel(session);
        session.set_model(demo_opened_model());
        session.choose_threshold(0.3);
        QVERIFY(panel.heatmap().marks().merged.empty());
        QVERIFY(panel.plot().xAxis->range().size() == 16.0);
        QCOMPARE(panel.heatmap().marks().merged.size(), session.layer_plan(0).pairs.size());
    }

    void copies_the_matrix_as_shown() {
        Shown shown(demo_opened_model());
        for (const auto order : {HeatmapOrder::index, HeatmapOrder::cluster}) {
            shown.panel.set_options(by(order));
            const QStringList rows = shown.panel.copy_text().trimmed().split(QLatin1Char('\n'));
            QCOMPARE(rows.size(), 17);
            const QStringList heads = rows[0].split(QLatin1Char('\t'));
            for (int i = 1; i <= 16; ++i) {
                const QStringList fields = rows[i].split(QLatin1Char('\t'));
                QCOMPARE(fields.size(), 17);
                QCOMPARE(fields[0], heads[i]);
                for (int j = 1; j <= 16; ++j) {
                    const double value = shown.matrix().at(fields[0].toInt(), heads[j].toInt());
                    QCOMPARE(fields[j], QString::number(value, 'f', 6));
                }
            }
        }
    }

    void keeps_its_options() {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        Session session;
        HeatmapPanel first(session);
        const HeatmapOptions options{HeatmapOrder::cluster, ColorScheme::diverging,
                                     HeatmapRange::zero_to_one, false};
        first.set_options(options);
        first.save_state(settings);
        HeatmapPanel second(session);
        second.restore_state(settings);
        QCOMPARE(second.options(), options);
        settings.setValue(QStringLiteral("heatmap/order"), QStringLiteral("nonsense"));
        second.restore_state(settings);
        QCOMPARE(second.options(), options);
    }

    void large_layers_are_quick() {
        Shown shown(synthetic_model(1, 128, 8, 2));
        shown.session.choose_threshold(0.3);  // thousands of pairs
        shown.panel.plot().replot();
        QElapsedTimer timer;
        timer.start();
        shown.panel.plot().replot();
        const auto all = timer.restart();
        shown.session.choose_threshold(0.95);
        const auto plan = timer.elapsed();
        qInfo("replot %lld ms, plan %lld ms", all, plan);
        QVERIFY(all < 100);
        QVERIFY(plan < 100);
    }

  private:
    /// On the outline of a cell.
    static QPoint edge_of(Shown& shown, int column, int row) {
        const auto& plot = shown.panel.plot();
        return {static_cast<int>(std::round(plot.xAxis->coordToPixel(column - 0.5))) + 1,
                static_cast<int>(plot.yAxis->coordToPixel(row))};
    }
};

HEADSCOPE_TEST(TestHeatmap)
#include "test_heatmap.moc"
