// The costs of tokens: the worst passages, and the panel that shows them.

#include <QComboBox>
#include <QSpinBox>
#include <QTest>
#include <QTreeWidget>

#include "tests/support/test_program.h"
#include "tests/ui/runs/run_samples.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/attention/token_view.h"
#include "ui/heads/head_store.h"
#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/runs/run_store.h"
#include "ui/session/session.h"
#include "ui/text/text_panel.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// Two windows of 6 tokens, of which all but the first are predicted.
TokenTable small_table() {
    TokenTable table;
    table.protocol = "gptq";
    table.window = 6;
    table.windows = {3, 8};
    for (int i = 0; i < 12; ++i)
        table.ids.push_back(100 + i);
    table.variants = {{"original", std::vector<float>(10, 2.0F), {}, {}},
                      {"variant",
                       {2, 2, 3, 2, 2, 1, 2, 2, 2, 6},
                       {0, 0, 0.5F, 0, 0, 0.25F, 0, 0, 0, 1},
                       {1, 1, 0, 1, 1, 1, 1, 1, 1, 0}}};
    return table;
}

}  // namespace

class TestText : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_worst_passages_come_first() {
        const TokenTable table = small_table();
        const auto worst = worst_passages(table, 1, TokenCost::increase, 2, 3);
        QCOMPARE(worst.size(), std::size_t{3});
        QCOMPARE(worst[0].row, 1);
        QCOMPARE(worst[0].first, 4);  // the last of its window stands alone
        QCOMPARE(worst[0].count, 1);
        QCOMPARE(worst[0].mean, 4.0);
        QCOMPARE(worst[1].row, 0);
        QCOMPARE(worst[1].first, 2);
        QCOMPARE(worst[1].mean, 0.5);
        QCOMPARE(worst_passages(table, 1, TokenCost::increase, 5, 99).back().mean, 0.2);
        QCOMPARE(worst_passages(table, 1, TokenCost::kl, 5, 1).front().mean, 0.25);
        QCOMPARE(cost_of(table, 1, TokenCost::increase, 5), -1.0F);
        QCOMPARE(cost_of(table, 1, TokenCost::original, 5), 2.0F);
        QCOMPARE(high_cost(table, 1, TokenCost::variant), 3.0F);
    }

    void a_run_is_read_in_its_text() {
        Session session;
        session.set_model(demo_opened_model());
        MeasureStore measures(session, [] { return MeasureStore::Compare(); });
        DamageStore damage(session);
        HeadStore heads(session, [] { return HeadStore::Settings(); });
        RunStore runs;
        runs.add(finished_run(0.98, 1.0));  // nothing was kept of it
        Run run = finished_run(0.9, 5.0);
        run.tokens = std::make_shared<const TokenTable>(small_table());
        runs.add(run);
        TextPanel panel(PanelServices{session, measures, damage, heads, runs, {}});
        panel.resize(700, 500);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QCOMPARE(panel.findChild<QComboBox*>(QStringLiteral("text_source"))->count(), 1);
        QVERIFY(panel.table() == run.tokens);
        auto& worst = *panel.findChild<QTreeWidget*>();
        QCOMPARE(worst.topLevelItemCount(), 2);
        // The vocabulary of the demo model comes.
        QTRY_VERIFY(!worst.topLevelItem(0)->text(3).contains(QChar(0x27e8)));
        worst.setCurrentItem(worst.topLevelItem(0));
        QCOMPARE(panel.findChild<QSpinBox*>()->value(), 2);
        worst.setCurrentItem(worst.topLevelItem(1));
        QCOMPARE(panel.findChild<QSpinBox*>()->value(), 1);
        auto& cost = *panel.findChild<QComboBox*>(QStringLiteral("text_cost"));
        cost.setCurrentIndex(cost.findData(static_cast<int>(TokenCost::increase)));
        worst.setCurrentItem(worst.topLevelItem(0));
        QCOMPARE(panel.findChild<QSpinBox*>()->value(), 2);
        QCOMPARE(panel.tokens().chosen(), 1);
        QVERIFY(panel.copy_text()
                    .section(QLatin1Char('\n'), 1, 1)
                    .startsWith(QStringLiteral("0.6\t8\t1\t")));
        runs.remove(runs.at(1).id);
        QVERIFY(panel.table() == nullptr);
    }
};

HEADSCOPE_TEST(TestText)
#include "test_text.moc"
