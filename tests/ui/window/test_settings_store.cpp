#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_program.h"
#include "ui/window/settings_store.h"

using namespace headscope;
using namespace headscope::ui;

class TestSettingsStore : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { file_ = folder_.filePath(QString::number(++count_) + QStringLiteral(".ini")); }

    void what_is_kept_comes_back() {
        Choices choices;
        choices.select_by = SelectBy::closest;
        choices.threshold = 0.123456789012345;
        choices.closest = 77;
        choices.layer_thresholds = {{0, 0.98}, {7, 0.123456789012345}};
        choices.excluded_layers = {0, 31};
        choices.grouping = Grouping::matching;
        choices.kv_policy = KvPolicy::within;
        choices.align = Alignment::weights;
        choices.weights = MeanWeights::norm;
        choices.rescale = true;
        choices.measure = Measure::ov_circuit;
        choices.calibration = {"/some/calibration.txt", 3};
        EvaluationSettings evaluation;
        evaluation.text = {"/some/corpus.txt", Protocol::llama_cpp, 512, 40};
        evaluation.compute = {"cpu", "bfloat16", 3};
        {
            SettingsStore store(file_);
            store.set_choices(choices);
            store.set_evaluation(evaluation);
            store.set_appearance(Appearance::dark);
            store.set_language(QStringLiteral("ru"));
            store.set_last_layer(4);
        }
        const SettingsStore store(file_);
        QVERIFY(store.choices() == choices);
        QVERIFY(store.evaluation() == evaluation);
        QCOMPARE(store.appearance(), Appearance::dark);
        QCOMPARE(store.language(), QStringLiteral("ru"));
        QCOMPARE(store.last_layer(), 4);
    }

    void a_threshold_for_each_layer_comes_back() {
        Choices choices;
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{1, 0.97}, {3, -0.5}};
        SettingsStore(file_).set_choices(choices);
        QVERIFY(SettingsStore(file_).choices() == choices);
        // Without the thresholds it means nothing.
        choices.layer_thresholds.clear();
        SettingsStore(file_).set_choices(choices);
        QVERIFY(SettingsStore(file_).choices() == Choices{});
    }

    void means_that_need_a_calibration_text_come_back() {
        Choices choices;
        choices.align = Alignment::activations;
        choices.weights = MeanWeights::usage;
        choices.calibration = {"/some/calibration.txt", 3};
        SettingsStore(file_).set_choices(choices);
        QVERIFY(SettingsStore(file_).choices() == choices);
    }

    void nothing_kept_is_the_default() {
        const SettingsStore store(file_);
        QVERIFY(store.choices() == Choices{});
        QVERIFY(store.evaluation() == EvaluationSettings{});
        QVERIFY(store.recent().isEmpty());
    }

    void damaged_entries_have_their_defaults() {
        QFile file(file_);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "[choices]\nselect_by=9\nthreshold=nan\nclosest=-4\nlayer_thresholds=\"3:0.9,3:0."
            "8\"\nexcluded_layers=x, -3\ngrouping=kmeans\n"
            "kv_policy=\nmeasure=p\ncalibration_windows=-1\nalign=bases\nweights=heavy\nrescale="
            "x\n[evaluation]\nprotocol=x\nwindow=-1\nthreads=many\n"
            "[General]\nappearance=7\n");
        file.close();
        const SettingsStore store(file_);
        QVERIFY(store.choices() == Choices{});
        QVERIFY(store.evaluation() == EvaluationSettings{});
        QCOMPARE(store.appearance(), Appearance::system);
    }

    void recent_paths_are_ten_the_newest_first() {
        SettingsStore store(file_);
        for (int i = 0; i < 15; ++i)
            store.add_recent(QString::number(i));
        store.add_recent(QStringLiteral("10"));
        QCOMPARE(store.recent().size(), 10);
        QCOMPARE(store.recent().value(0), QStringLiteral("10"));
        QCOMPARE(store.recent().value(1), QStringLiteral("14"));
        store.forget_recent(QStringLiteral("14"));
        QCOMPARE(store.recent().value(1), QStringLiteral("13"));
    }

  private:
    QTemporaryDir folder_;
    QString file_;
    int count_ = 0;
};

HEADSCOPE_TEST(TestSettingsStore)
#include "test_settings_store.moc"
