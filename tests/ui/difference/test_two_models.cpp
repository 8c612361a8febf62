// A second model beside the open one: what is told of both, and the map's distances.

#include <QCheckBox>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTranslator>
#include <QTreeWidget>
#include <algorithm>

#include "core/base/locations.h"
#include "core/export/export.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/difference/second_model.h"
#include "ui/difference/two_models_panel.h"
#include "ui/heads/head_store.h"
#include "ui/map/head_values.h"
#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/runs/run_store.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

constexpr int kPatience = 280'000;

struct At {
    At() {
        session.set_model(demo_opened_model());
        session.choose_threshold(0.995);
        panel.resize(900, 600);
        panel.show();
        [[maybe_unused]] const bool shown = QTest::qWaitForWindowExposed(&panel);
    }

    void compare(const QString& path) {
        panel.compare(path);
        QTRY_VERIFY_WITH_TIMEOUT(!second.running(), kPatience);
    }

    /// The model with the session's plan, in a folder of its own.
    [[nodiscard]] QString merged_copy() const {
        ExportParams params;
        params.plan = session.plan();
        params.output_dir = (folder.path() + QStringLiteral("/merged")).toStdString();
        [[maybe_unused]] const ExportResult result =
            export_checkpoint(session.model()->checkpoint, params);
        return QString::fromStdString(params.output_dir.string());
    }

    [[nodiscard]] HeadValues distances() const {
        const auto& all = head_measures();
        const auto found = std::ranges::find_if(all, [](const HeadMeasure& measure) {
            return QLatin1String(measure.id) == QLatin1String("second-model");
        });
        return found->values(services);
    }

    QTemporaryDir folder;
    Session session;
    MeasureStore measures{session, [] { return MeasureStore::Compare(); }};
    DamageStore damage{session};
    HeadStore heads{session, [] { return HeadStore::Settings(); }};
    RunStore runs;
    SecondModel second{session};
    PanelServices services{session, measures, damage, heads, runs, {}, {}, &second};
    TwoModelsPanel panel{services};
};

bool merged(const Session& session, std::size_t layer, std::size_t head) {
    const LayerPlan& plan = session.layer_plan(static_cast<int>(layer));
    return std::ranges::any_of(plan.groups, [&](const HeadGroup& group) {
        return std::ranges::find(group, static_cast<int>(head)) != group.end();
    });
}

}  // namespace

/// Says one reason in another language.
class Translator : public QTranslator {
  public:
    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(const char* context, const char* source, const char*,
                                    int) const override {
        const bool layers = QByteArray(source).startsWith("the models have {} and {} layers");
        return qstrcmp(context, "core") == 0 && layers ? QStringLiteral("Schichten: {}, {}")
                                                       : QString();
    }
};

class TestTwoModels : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_model_beside_itself() {
        At at;
        QVERIFY(!at.distances().missing.isEmpty());
        at.panel.evaluates().setChecked(false);
        at.compare(QString::fromStdString(demo_model_dir().string()));
        QVERIFY(at.second.result() != nullptr);
        QVERIFY(!at.second.result()->difference.evaluation);
        QCOMPARE(at.panel.layers().topLevelItemCount(), at.session.model()->layers());
        for (const auto& layer : at.distances().of_layers) {
            for (const double distance : layer)
                QCOMPARE(distance, 0.0);
        }
        at.session.set_model(nullptr);
        QVERIFY(at.second.result() == nullptr);
        QVERIFY(at.panel.copy_text().isEmpty());
    }

    void reasons_are_said_in_the_language_of_the_window() {
        Translator translator;
        QCoreApplication::installTranslator(&translator);
        At at;
        at.panel.evaluates().setChecked(false);
        at.compare(QStringLiteral(HEADSCOPE_TESTS_DIR "/fixtures/models/bpe"));
        QVERIFY(at.second.result() != nullptr);
        const QString text = at.panel.summary();
        QVERIFY2(text.contains(QStringLiteral("Schichten: 6, 5.")), qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("Only the weights were asked for.")));
    }

    void a_merged_copy_differs_where_it_was_merged() {
        At at;
        const QString copy = at.merged_copy();
        at.panel.sequences().setValue(1);
        at.compare(copy);
        QVERIFY(at.second.result() != nullptr);
        const ModelDifference& difference = at.second.result()->difference;
        QVERIFY(difference.evaluation);
        QCOMPARE(difference.evaluation->scores.windows_done(), std::int64_t{1});
        QVERIFY(at.panel.summary().contains(QStringLiteral("KL divergence")));
        const HeadValues distances = at.distances();
        std::size_t heads = 0;
        std::size_t changed = 0;
        for (std::size_t layer = 0; layer < distances.of_layers.size(); ++layer) {
            for (std::size_t head = 0; head < distances.of_layers[layer].size(); ++head) {
                const double distance = distances.of_layers[layer][head];
                ++heads;
                if (distance > 0.0) ++changed;
                if (merged(at.session, layer, head)) QVERIFY(distance > 0.0);
            }
        }
        QVERIFY(changed > 0);
        QVERIFY(changed < heads);
        const QStringList lines = at.panel.copy_text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(static_cast<std::size_t>(lines.size()), heads + 1);
        // A row leads to its layer.
        at.panel.layers().setCurrentItem(at.panel.layers().topLevelItem(3));
        QCOMPARE(at.session.focused_layer(), 3);
    }

    void what_cannot_be_opened_is_told_and_comparing_can_be_cancelled() {
        At at;
        QSignalSpy failed(&at.second, &SecondModel::failed);
        at.compare(at.folder.path());
        QCOMPARE(failed.count(), 1);
        QVERIFY(at.second.result() == nullptr);
        at.panel.compare(QString::fromStdString(demo_model_dir().string()));
        at.second.cancel();
        QTRY_VERIFY_WITH_TIMEOUT(!at.second.running(), kPatience);
        QVERIFY(at.second.result() == nullptr);
        QCOMPARE(failed.count(), 1);
    }
};

HEADSCOPE_TEST(TestTwoModels)
#include "test_two_models.moc"
