#include <QPainter>
#include <QTest>
#include <algorithm>
#include <set>

#include "tests/support/synthetic_results.h"
#include "tests/support/test_program.h"
#include "tests/ui/charts/text_recorder.h"
#include "ui/charts/chart_list.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

std::shared_ptr<const Analysis> shared(Analysis analysis) {
    return std::make_shared<const Analysis>(std::move(analysis));
}

std::shared_ptr<const Analysis> of_results(std::vector<Result> results) {
    ReadRuns read;
    for (Result& result : results)
        read.runs.push_back(analyzed(std::move(result)));
    return shared(analyze(std::move(read)));
}

std::vector<double> twenty_thresholds() {
    std::vector<double> thresholds;
    for (int i = 0; i < 15; ++i)
        thresholds.push_back(0.5 + 0.025 * i);
    thresholds.insert(thresholds.end(), {0.9, 0.95, 0.98, 0.99, 0.995});
    return thresholds;
}

Chart chart_named(const std::vector<Chart>& charts, const std::string& file) {
    for (const Chart& chart : charts) {
        if (chart.file == file) return chart;
    }
    qFatal("no chart %s", file.c_str());
}

/// The share of pixels that are not the paper's colour.
double share_of_ink(const QImage& image) {
    const QRgb paper = image.pixel(0, 0);
    std::int64_t ink = 0;
    for (int y = 0; y < image.height(); ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        ink +=
            std::count_if(line, line + image.width(), [&](QRgb pixel) { return pixel != paper; });
    }
    return static_cast<double>(ink) / (static_cast<double>(image.width()) * image.height());
}

QString texts_of(const Chart& chart) {
    TextRecorder paper(chart.size);
    chart.paint(paper, ChartTheme::light);
    QStringList texts;
    for (const PaintedText& text : paper.texts())
        texts << text.text;
    return texts.join(QLatin1Char('\n'));
}

}  // namespace

class TestCharts : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_chart_has_its_file() {
        const auto charts = charts_of(shared(synthetic_analysis({.layers = 12}, {0.9, 0.995})));
        std::set<std::string> files;
        for (const Chart& chart : charts)
            QVERIFY(files.insert(chart.file.string()).second);
        QCOMPARE(files.size(), std::size_t{4 + 3 + 12});
        for (const char* file :
             {"comparison_threshold_0.9.png", "comparison_threshold_0.995.png",
              "merged_pairs_threshold_0.9.png", "analysis/threshold_comparison.png",
              "analysis/similarity_overview.png", "analysis/similarity_distribution.png",
              "analysis/similarity_matrices_layer_00.png",
              "analysis/similarity_matrices_layer_11.png"})
            QVERIFY2(files.contains(file), file);
    }

    void what_does_not_compare_has_charts_of_its_own() {
        Result other = synthetic_result({}, 0.9);
        other.manifest->settings.protocol = "llama.cpp";
        const auto charts = charts_of(of_results({synthetic_result({}, 0.9), other}));
        const Chart first = chart_named(charts, "analysis/threshold_comparison.png");
        const Chart second = chart_named(charts, "analysis/threshold_comparison_2.png");
        QVERIFY(texts_of(first).contains(QStringLiteral("gptq")));
        QVERIFY(!texts_of(first).contains(QStringLiteral("llama.cpp")));
        QVERIFY(texts_of(second).contains(QStringLiteral("llama.cpp")));
        QCOMPARE(*second.section, std::size_t{1});
        QCOMPARE(*chart_named(charts, "comparison_threshold_0.9_2.png").section, std::size_t{1});
    }

    void charts_have_their_size_and_are_not_blank_data() {
        QTest::addColumn<ChartTheme>("theme");
        QTest::newRow("light") << ChartTheme::light;
        QTest::newRow("dark") << ChartTheme::dark;
    }

    void charts_have_their_size_and_are_not_blank() {
        QFETCH(ChartTheme, theme);
        for (const Chart& chart :
             charts_of(shared(synthetic_analysis({.layers = 2}, {0.9, 0.99})))) {
            const QImage image = draw(chart, theme);
            QCOMPARE(image.size(), chart.size * 2);
            const double ink = share_of_ink(image);
            QVERIFY2(ink > 0.01 && ink < 0.9, chart.file.c_str());
            const bool dark = QColor(image.pixel(0, 0)).lightnessF() < 0.5F;
            QCOMPARE(dark, theme == ChartTheme::dark);
            const QImage read =
                QImage::fromData(QByteArray::fromStdString(png_bytes(image)), "PNG");
            QCOMPARE(read.convertToFormat(image.format()).size(), image.size());
        }
    }

    void titles_name_model_corpus_and_protocol() {
        for (const Chart& chart : charts_of(shared(synthetic_analysis({}, {0.9})))) {
            const QString texts = texts_of(chart);
            QVERIFY2(texts.contains(QStringLiteral("synthetic")), chart.file.c_str());
            if (!chart.section) continue;
            for (const char* part : {"wikitext-2 test", "gptq, 141 windows of 2,048 tokens"})
                QVERIFY2(texts.contains(QLatin1String(part)), qPrintable(texts));
        }
    }

    void figures_are_those_of_the_result() {
        Result result = synthetic_result({}, 0.98);
        result.original.perplexity = {60.0, 58.5, 61.5};
        result.merged.perplexity = {63.0, 61.0, 65.0};
        result.change->perplexity_ratio = {1.05, 1.04, 1.0625};
        const QString texts =
            texts_of(chart_named(charts_of(of_results({result})), "comparison_threshold_0.98.png"));
        for (const char* part : {"60.0000", "[58.50, 61.50]", "63.0000", "[61.00, 65.00]",
                                 "+5.0000 % [+4.0000, +6.2500]"})
            QVERIFY2(texts.contains(QLatin1String(part)), qPrintable(texts));
    }

    void texts_neither_overlap_nor_leave_the_paper_data() {
        QTest::addColumn<std::shared_ptr<const Analysis>>("analysis");
        const auto row = [](const char* name, std::shared_ptr<const Analysis> analysis) {
            QTest::newRow(name) << std::move(analysis);
        };
        row("three thresholds",
            shared(synthetic_analysis({.layers = 6, .heads = 16}, {0.98, 0.99, 0.995})));
        row("one threshold", shared(synthetic_analysis({.layers = 1, .heads = 2}, {0.98})));
        row("80 layers, 20 thresholds",
            shared(synthetic_analysis({.layers = 80, .heads = 64}, twenty_thresholds())));
        row("126 layers of 128 heads",
            shared(synthetic_analysis({.layers = 126, .heads = 128}, {0.5, 0.50001, 0.50002})));
        row("names that are too long",
            shared(synthetic_analysis({.name = std::string(300, 'w')}, {0.9, 0.99})));
        row("no manifest", of_results({without_manifest(synthetic_result({}, 0.9)),
                                       without_manifest(synthetic_result({}, 0.99))}));
        row("ruined", of_results({ruined(0.9), synthetic_result({}, 0.99)}));
        row("many merges", many_merges());
    }

    void texts_neither_overlap_nor_leave_the_paper() {
        QFETCH(std::shared_ptr<const Analysis>, analysis);
        for (const Chart& chart : charts_of(analysis)) {
            if (chart.layer && *chart.layer % 10 != 0) continue;  // all are alike
            TextRecorder paper(chart.size);
            chart.paint(paper, ChartTheme::light);
            QVERIFY(paper.texts().size() > 3);
            const QString wrong = unreadable(paper);
            QVERIFY2(wrong.isEmpty(), qPrintable(QString::fromStdString(chart.file.string()) +
                                                 QStringLiteral(": ") + wrong));
        }
    }

    /// The test above would find something.
    void the_recorder_sees_overlaps() {
        TextRecorder paper(QSize(300, 100));
        QPainter painter(&paper);
        painter.drawText(20, 50, QStringLiteral("one"));
        painter.drawText(120, 50, QStringLiteral("two"));
        QVERIFY(unreadable(paper).isEmpty());
        painter.drawText(30, 52, QStringLiteral("three"));
        QVERIFY(unreadable(paper).contains(QStringLiteral("overlap")));
        TextRecorder other(QSize(300, 100));
        QPainter clipped(&other);
        clipped.setClipRect(0, 0, 40, 100);
        clipped.drawText(20, 50, QStringLiteral("a long text"));
        QVERIFY(unreadable(other).contains(QStringLiteral("cut off")));
    }

    void a_report_has_the_chosen_heatmaps() {
        const auto charts =
            report_charts(charts_of(shared(synthetic_analysis({.layers = 8}, {0.9}))), {3, 5});
        QCOMPARE(charts.size(), std::size_t{2 + 3 + 2});
        QCOMPARE(std::count_if(charts.begin(), charts.end(),
                               [](const Chart& chart) { return chart.layer.has_value(); }),
                 std::ptrdiff_t{2});
    }

  private:
    /// A merge that destroyed the model.
    static Result ruined(double threshold) {
        Result result = synthetic_result({}, threshold);
        result.merged.perplexity = {1.5e9, 1.1e9, 2.2e9};
        result.change->perplexity_ratio = {2.4e8, 2.0e8, 3.0e8};
        result.merged.accuracy = {0.0001, 0.0, 0.0002};
        return result;
    }

    /// Twelve curves in one chart.
    static std::shared_ptr<const Analysis> many_merges() {
        std::vector<Result> results;
        for (const Grouping grouping :
             {Grouping::components, Grouping::complete, Grouping::matching, Grouping::sequential}) {
            for (const KvPolicy policy : {KvPolicy::average, KvPolicy::keep, KvPolicy::within}) {
                for (const double threshold : {0.9, 0.99}) {
                    results.push_back(synthetic_result({}, threshold));
                    results.back().manifest->settings.rule.grouping = grouping;
                    results.back().manifest->settings.rule.kv_policy = policy;
                }
            }
        }
        return of_results(std::move(results));
    }
};

HEADSCOPE_TEST(TestCharts)
#include "test_charts.moc"
