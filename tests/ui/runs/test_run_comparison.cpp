#include <QCheckBox>
#include <QLabel>
#include <QTableWidget>
#include <QTest>
#include <functional>

#include "tests/support/test_program.h"
#include "tests/ui/runs/run_samples.h"
#include "ui/runs/compare_dialog.h"
#include "ui/runs/run_facts.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

using Alter = std::function<void(RunSettings&)>;

const Comparison::Row& row(const Comparison& comparison, const char* name) {
    for (const Comparison::Row& one : comparison.rows) {
        if (one.name == QString::fromLatin1(name)) return one;
    }
    static const Comparison::Row none;
    return none;
}

Run run_with(const Alter& change) {
    Result result = sample_result(0.98, 1.0);
    change(result.manifest->settings);
    return run_of(result);
}

}  // namespace

class TestRunComparison : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void rows_that_differ_are_flagged() {
        const Comparison comparison =
            compare_runs({finished_run(0.98, 2.0), finished_run(0.99, 1.0)});
        QVERIFY(comparison.warning.isEmpty());
        QCOMPARE(row(comparison, "Threshold").cells,
                 (QStringList{QStringLiteral("0.98"), QStringLiteral("0.99")}));
        for (const char* name : {"Threshold", "Perplexity, merged", "Change of perplexity",
                                 "Accuracy, merged", "Change of accuracy, points"}) {
            QVERIFY2(row(comparison, name).differs, name);
        }
        for (const char* name :
             {"Protocol", "Grouping", "KV policy", "Layers", "Window, tokens", "Windows", "Dtype",
              "Device", "Pairs", "Merged heads", "Heads with side effects", "Removable parameters",
              "Perplexity, original", "Duration", "Corpus", "Measure"}) {
            QCOMPARE(row(comparison, name).cells.size(), 2);
            QVERIFY2(!row(comparison, name).differs, name);
        }
        QCOMPARE(row(comparison, "Removable parameters").cells.at(0), QLocale().toString(12345));
    }

    void thresholds_of_layers_are_listed() {
        const Comparison comparison = compare_runs(
            {run_per_layer({{0, 0.98}}, 1.0), run_per_layer({{0, 0.98}, {1, 0.99}}, 1.0)});
        QVERIFY(row(comparison, "Threshold").differs);
        QCOMPARE(row(comparison, "Threshold").cells.at(1), QStringLiteral("0:0.98, 1:0.99"));
        QCOMPARE(comparison.titles.at(0), QStringLiteral("Thresholds per layer"));
    }

    void what_does_not_compare_is_named_data() {
        QTest::addColumn<Alter>("change");
        QTest::addColumn<QString>("name");
        const auto add = [](const char* name, const Alter& change) {
            QTest::newRow(name) << change << QString::fromLatin1(name);
        };
        add("protocol", [](RunSettings& s) { s.protocol = "llama.cpp"; });
        add("window", [](RunSettings& s) { s.window = 256; });
        add("number of windows", [](RunSettings& s) { s.windows = 64; });
        add("dtype", [](RunSettings& s) { s.dtype = "bfloat16"; });
        add("corpus", [](RunSettings& s) { s.corpus_sha256 = "another"; });
        add("tokenizer", [](RunSettings& s) { s.tokenizer_fingerprint = "another"; });
    }

    void what_does_not_compare_is_named() {
        QFETCH(Alter, change);
        QFETCH(QString, name);
        const Comparison comparison = compare_runs({finished_run(0.98, 1.0), run_with(change)});
        QCOMPARE(comparison.warning,
                 QStringLiteral("These runs do not compare: they differ in %1.").arg(name));
        CompareDialog dialog({finished_run(0.98, 1.0), run_with(change)});
        QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("warning")) != nullptr);
    }

    void a_device_makes_no_difference() {
        QVERIFY(compare_runs({finished_run(0.98, 1.0),
                              run_with([](RunSettings& s) { s.device = "cuda:0"; })})
                    .warning.isEmpty());
    }

    void unknown_settings_are_told() {
        Result result = sample_result(0.98, 1.0);
        result.manifest.reset();
        const Comparison comparison = compare_runs({finished_run(0.98, 1.0), run_of(result)});
        QVERIFY(comparison.warning.contains(QStringLiteral("not known")));
        QCOMPARE(row(comparison, "Merged heads").cells.at(1), QString());
    }

    void the_dialog_shows_the_comparison() {
        CompareDialog dialog({finished_run(0.98, 2.0), finished_run(0.99, 1.0)});
        QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("warning")) == nullptr);
        const auto& table = *dialog.findChild<QTableWidget*>();
        const auto& rows = dialog.comparison().rows;
        QCOMPARE(table.rowCount(), static_cast<int>(rows.size()));
        dialog.findChild<QCheckBox*>()->setChecked(true);
        for (int i = 0; i < table.rowCount(); ++i) {
            const Comparison::Row& wanted = rows[static_cast<std::size_t>(i)];
            QCOMPARE(table.item(i, 1)->text(), wanted.cells.at(1));
            QCOMPARE(table.item(i, 1)->font().bold(), wanted.differs);
            QCOMPARE(table.isRowHidden(i), !wanted.differs);
        }
        QVERIFY(dialog.copy_text().contains(QStringLiteral("\nThreshold\t0.98\t0.99\n")));
    }

    void layers_are_written_as_options_take_them() {
        QCOMPARE(layers_text({0, 1, 2, 5, 8, 9}), QStringLiteral("0-2,5,8-9"));
        QCOMPARE(layers_text({}), QString());
    }
};

HEADSCOPE_TEST(TestRunComparison)
#include "test_run_comparison.moc"
