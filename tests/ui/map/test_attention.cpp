// Reading a text in the window, and head scores, with the demo model behind them.

#include <QCheckBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <numeric>

#include "core/base/locations.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/attention/attention_panel.h"
#include "ui/attention/token_view.h"
#include "ui/heads/head_store.h"
#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/runs/run_store.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

constexpr int kPatience = 120'000;

struct At {
    At() {
        session.set_model(demo_opened_model());
        panel.resize(900, 700);
        panel.show();
        [[maybe_unused]] const bool shown = QTest::qWaitForWindowExposed(&panel);
    }

    Session session;
    MeasureStore measures{session, [] { return MeasureStore::Compare(); }};
    DamageStore damage{session};
    HeadStore heads{session, [] {
                        return HeadStore::Settings{
                            [](const Checkpoint& checkpoint, const ProgressFn& progress,
                               const std::stop_token& stop) {
                                return Model::load(checkpoint, {"cpu", "float32"}, progress, stop);
                            },
                            {}};
                    }};
    RunStore runs;
    AttentionPanel panel{PanelServices{session, measures, damage, heads, runs, {}}};
};

}  // namespace

class TestAttention : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_text_is_read_and_rows_follow_the_token() {
        At at;
        at.heads.read_text(QStringLiteral("The cat sat on the mat."), 0);
        QVERIFY(at.heads.reading());
        QTRY_VERIFY_WITH_TIMEOUT(at.heads.read() != nullptr, kPatience);
        const ReadText& read = *at.heads.read();
        QCOMPARE(static_cast<int>(read.layers.size()), at.session.model()->layers());
        QCOMPARE(at.panel.tokens().chosen(), static_cast<int>(read.words.ids.size()) - 1);
        at.session.select({{1, 2}, {1, 7}}, {1, 2});
        at.panel.tokens().choose(3);
        // A header and tokens 0 to 3, each with the share of both heads.
        const QStringList lines = at.panel.copy_text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 5);
        QCOMPARE(lines.front(), QStringLiteral("token\ttext\tlayer 1 head 2\tlayer 1 head 7"));
        double sum = 0.0;
        for (qsizetype i = 1; i < lines.size(); ++i)
            sum += lines[i].section(QLatin1Char('\t'), 3, 3).toDouble();
        QVERIFY(std::abs(sum - 1.0) < 1e-3);
        const auto row = read.layer(1)->row(7, 3);
        QCOMPARE(lines[1].section(QLatin1Char('\t'), 3, 3), QString::number(row[0], 'g', 6));
        at.session.set_model(nullptr);
        QVERIFY(at.heads.read() == nullptr);
    }

    void scores_come_once_and_can_be_cancelled() {
        At at;
        QSignalSpy failed(&at.heads, &HeadStore::failed);
        at.heads.want_scores();
        at.heads.cancel();
        QTRY_VERIFY_WITH_TIMEOUT(!at.heads.scoring(), kPatience);
        QVERIFY(at.heads.scores() == nullptr);
        QCOMPARE(failed.count(), 0);
        at.heads.want_scores();
        QTRY_VERIFY_WITH_TIMEOUT(at.heads.scores() != nullptr, kPatience);
        QCOMPARE(static_cast<int>(at.heads.scores()->size()), at.session.model()->layers());
        at.heads.want_scores();
        QVERIFY(!at.heads.scoring());
    }
};

HEADSCOPE_TEST(TestAttention)
#include "test_attention.moc"
