#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/report/figure_text.h"
#include "core/report/summary.h"
#include "tests/support/synthetic_results.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

/// Fields of RFC 4180, by another way than the one that wrote them: a state for each character.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
    std::vector<std::vector<std::string>> rows = {{""}};
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string& field = rows.back().back();
        if (text[i] == '"') {
            if (quoted && text[i + 1] == '"')
                field += text[i++];
            else
                quoted = !quoted;
        } else if (text[i] == ',' && !quoted) {
            rows.back().emplace_back();
        } else if (text[i] == '\r' && !quoted) {
            ++i;
            rows.push_back({""});
        } else {
            field += text[i];
        }
    }
    rows.pop_back();
    return rows;
}

std::string cell(const std::vector<std::vector<std::string>>& rows, std::size_t row,
                 const std::string& column) {
    const auto at = std::find(rows[0].begin(), rows[0].end(), column);
    if (at == rows[0].end()) return "no such column";
    return rows[row].at(static_cast<std::size_t>(at - rows[0].begin()));
}

/// Known figures: 60 before, 63 after.
Result known() {
    Result result = synthetic_result({.name = "a, \"b\" | *c*"}, 0.98);
    result.original.perplexity = {60.0, 58.5, 61.5};
    result.merged.perplexity = {63.0, 61.0, 65.0};
    result.original.accuracy = {0.5, 0.49, 0.51};
    result.merged.accuracy = {0.48, 0.47, 0.49};
    result.change = Change{{1.05, 1.04, 1.0625}, {-0.02, -0.03, -0.01}};
    result.summary.pairs = 1234;
    result.summary.merged_heads = 321;
    return result;
}

Analysis mixed() {
    ReadRuns read;
    read.runs.push_back(analyzed(known()));
    read.runs.push_back(analyzed(without_manifest(synthetic_result({}, 0.99))));
    read.unread.push_back(
        {"results/results_threshold_0.5.json", "results_threshold_0.5.json: broken"});
    return analyze(std::move(read));
}

}  // namespace

class TestSummary : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void csv_has_every_figure() {
        const auto rows = parse_csv(summary_csv(mixed()));
        QCOMPARE(rows.size(), std::size_t{3});
        for (const auto& row : rows)
            QCOMPARE(row.size(), rows[0].size());
        const std::map<std::string, std::string> wanted = {
            {"section", "1"},
            {"series", "1"},
            {"model", "a, \"b\" | *c*"},
            {"protocol", "gptq"},
            {"window", "2048"},
            {"windows", "141"},
            {"bos_rule", "once, in front of the text"},
            {"corpus", "wikitext-2 test"},
            {"token_ids_sha256", "1d51d51d5"},
            {"grouping", "components"},
            {"layers", "0-3"},
            {"device", "cuda:0"},
            {"threshold", "0.98"},
            {"pairs", "1234"},
            {"merged_heads", "321"},
            {"original_perplexity", "60"},
            {"original_perplexity_low", "58.5"},
            {"merged_perplexity_high", "65"},
            {"original_accuracy", "0.5"},
            {"merged_accuracy", "0.48"},
            {"perplexity_change_percent_high", "6.25"},
            {"file", "results/results_threshold_0.98.json"}};
        for (const auto& [column, value] : wanted)
            QCOMPARE(cell(rows, 1, column), value);
        QVERIFY(std::abs(std::stod(cell(rows, 1, "perplexity_change_percent")) - 5.0) < 1e-9);
        QVERIFY(std::abs(std::stod(cell(rows, 1, "accuracy_change_points_low")) + 3.0) < 1e-9);
    }

    void csv_leaves_empty_what_a_file_does_not_tell() {
        const auto rows = parse_csv(summary_csv(mixed()));
        for (const char* column : {"protocol", "corpus", "device", "original_perplexity_low",
                                   "perplexity_change_percent_high"})
            QCOMPARE(cell(rows, 2, column), std::string());
        QCOMPARE(cell(rows, 2, "section"), std::string("2"));
        QCOMPARE(cell(rows, 2, "original_perplexity"), std::string("6.24"));
        QVERIFY(std::stod(cell(rows, 2, "perplexity_change_percent")) > 0.0);
    }

    void markdown_has_tables_notes_and_broken_files() {
        const std::string text = summary_markdown(mixed());
        for (const char* part :
             {"| 0.98 | 1,234 | 321 | 63.0000 [61.0000, 65.0000] | +5.0000 % [+4.0000, +6.2500] | "
              "48.000 % [47.000, 49.000] | -2.000 [-3.000, -1.000] |",
              "| original |  |  | 60.0000 [58.5000, 61.5000] |  | 50.000 % [49.000, 51.000] |  |",
              "## 2. unknown model", "do not all compare", "results\\_threshold\\_0.5.json: broken",
              "a, \"b\" \\| \\*c\\*"})
            QVERIFY2(contains(text, part), part);
    }

    void json_has_types_and_intervals() {
        const auto json = nlohmann::json::parse(summary_json(mixed(), "9.9").dump());
        QCOMPARE(json["program_version"].get<std::string>(), std::string("9.9"));
        QCOMPARE(json["sections"].size(), std::size_t{2});
        const auto& section = json["sections"][0];
        QCOMPARE(section["settings"]["window"].get<int>(), 2048);
        QVERIFY(!section["settings"].contains("grouping"));
        const auto& series = section["series"][0];
        QVERIFY(series["settings"]["layers"] == nlohmann::json({0, 1, 2, 3}));
        const auto& run = series["runs"][0];
        QCOMPARE(run["threshold"].get<double>(), 0.98);
        QCOMPARE(run["merged"]["perplexity"]["high"].get<double>(), 65.0);
        QCOMPARE(run["change"]["perplexity_ratio"]["value"].get<double>(), 1.05);
        QVERIFY(json["sections"][1]["series"][0]["runs"][0]["change"]["perplexity_ratio"]["low"]
                    .is_null());
        QCOMPARE(json["unread"][0]["file"].get<std::string>(),
                 std::string("results/results_threshold_0.5.json"));
        const SimilarityMatrix matrix = synthetic_matrix(2, 8);
        const auto& layer = json["similarity"][0]["layers"][2];
        QCOMPARE(layer["highest"].get<double>(), matrix.highest_off_diagonal());
        QCOMPARE(matrix.at(layer["closest"][0].get<int>(), layer["closest"][1].get<int>()),
                 matrix.highest_off_diagonal());
    }

    void files_are_written_into_a_new_folder() {
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "new" / "place";
        const auto files = write_summaries(path, mixed(), "9.9");
        QCOMPARE(files.size(), std::size_t{3});
        QCOMPARE(read_text_file(path / "summary.csv", 1 << 20), summary_csv(mixed()));
        QCOMPARE(read_text_file(path / "summary.md", 1 << 20), summary_markdown(mixed()));
        QVERIFY(nlohmann::json::accept(read_text_file(path / "summary.json", 1 << 20)));
        const std::string error =
            error_of([&] { write_summaries(path / "summary.md", mixed(), "9.9"); });
        QVERIFY2(contains(error, "summary.md"), error.c_str());
    }

    void figures_stay_short_whatever_they_are() {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        QCOMPARE(figures::perplexity_text({6.24, 6.1, 6.4}),
                 std::string("6.2400 [6.1000, 6.4000]"));
        QCOMPARE(figures::perplexity_text({6.24, 0.0, kInfinity}), std::string("6.2400"));
        QCOMPARE(figures::perplexity_text(1.2345678e30), std::string("1.2346e+30"));
        QCOMPARE(figures::change_text({1.0e12, -kInfinity, kInfinity}), std::string("+1e+14 %"));
        QCOMPARE(figures::change_text({0.99, 0.98, 1.0}),
                 std::string("-1.0000 % [-2.0000, +0.0000]"));
        QCOMPARE(figures::count_text(-1234567), std::string("-1,234,567"));
    }
};

HEADSCOPE_TEST(TestSummary)
#include "test_summary.moc"
