// Reading a text in the window, and head scores, with the demo model behind them.

#include <QCheckBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <QTreeWidget>
#include <algorithm>
#include <numeric>
#include <span>

#include "core/base/locations.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/attention/attention_panel.h"
#include "ui/attention/passage_list.h"
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
        Choices choices;
        choices.calibration.windows = 1;
        session.choose(choices, {});
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

    void a_passage_that_activates_a_head_is_read() {
        At at;
        at.heads.want_passages();
        QVERIFY(at.heads.finding_passages());
        QTRY_VERIFY_WITH_TIMEOUT(at.heads.passages() != nullptr, kPatience);
        const FoundPassages& found = *at.heads.passages();
        at.panel.findChild<QTabWidget*>(QStringLiteral("attention_sources"))->setCurrentIndex(1);
        QTreeWidget& list = at.panel.passages().list();
        for (const HeadRef head : {HeadRef{0, 3}, HeadRef{2, 5}}) {
            at.session.select({head}, head);
            const HeadActivity& activity = *found.of(head);
            QCOMPARE(list.topLevelItemCount(), static_cast<int>(activity.passages.size()));
            const QStringList lines = at.panel.passages().copy_text().split(QLatin1Char('\n'));
            QCOMPARE(lines.size(), list.topLevelItemCount() + 2);
            const HeadPassage& passage = activity.passages[1];
            QCOMPARE(lines[2].section(QLatin1Char('\t'), 4, 4).toLongLong(), passage.peak);
            const QRect place = list.visualItemRect(list.topLevelItem(1));
            QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, place.center());
            QTRY_VERIFY_WITH_TIMEOUT(!at.heads.reading(), kPatience);
            // With what stands before it, so that the head does what it did.
            const ReadText& read = *at.heads.read();
            const TokenizedWords& sequence =
                found.sequences[static_cast<std::size_t>(passage.sequence)];
            QCOMPARE(std::ssize(read.words.ids), passage.first + passage.count);
            QVERIFY(std::ranges::equal(read.words.ids,
                                       std::span(sequence.ids).first(read.words.ids.size())));
            QCOMPARE(at.panel.tokens().chosen(), static_cast<int>(passage.peak));
            QCOMPARE(at.panel.text().toPlainText(), read.text);
        }
        at.session.set_model(nullptr);
        QVERIFY(at.heads.passages() == nullptr);
    }

    void passages_and_redundancy_can_be_cancelled() {
        At at;
        QSignalSpy failed(&at.heads, &HeadStore::failed);
        QTest::mouseClick(&at.panel.passages().find_button(), Qt::LeftButton);
        at.heads.want_passages();
        at.heads.want_redundancy();
        QVERIFY(at.heads.busy());
        at.heads.cancel();
        QTRY_VERIFY_WITH_TIMEOUT(!at.heads.busy(), kPatience);
        QVERIFY(at.heads.passages() == nullptr);
        QVERIFY(at.heads.redundancy() == nullptr);
        QCOMPARE(failed.count(), 0);
        at.heads.want_redundancy();
        QTRY_VERIFY_WITH_TIMEOUT(at.heads.redundancy() != nullptr, kPatience);
        QCOMPARE(static_cast<int>(at.heads.redundancy()->size()), at.session.model()->layers());
        for (const auto& layer : *at.heads.redundancy()) {
            for (const double value : layer)
                QVERIFY(value >= 0.0 && value <= 1.0);
        }
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
