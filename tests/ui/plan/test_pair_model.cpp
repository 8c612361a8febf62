#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/session_fixture.h"
#include "ui/plan/pair_model.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// The number of the group that holds both heads, from 1; 0 where none does.
int group_of(const LayerPlan& plan, const HeadPair& pair) {
    for (std::size_t i = 0; i < plan.groups.size(); ++i) {
        const HeadGroup& group = plan.groups[i];
        if (std::ranges::find(group, pair.first) != group.end() &&
            std::ranges::find(group, pair.second) != group.end()) {
            return static_cast<int>(i) + 1;
        }
    }
    return 0;
}

std::tuple<int, int, int> key(const PairModel::Row& row) {
    return {row.layer, row.first, row.second};
}

}  // namespace

class TestPairModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rows_are_those_of_core() {
        Session session;
        PairModel pairs(session);
        const QAbstractItemModelTester tester(&pairs);
        pairs.set_live(true);
        QCOMPARE(pairs.rowCount(), 0);
        const auto model = demo_opened_model();
        session.set_model(model);
        Choices choices = session.choices();
        choices.threshold = 0.4;
        choices.grouping = Grouping::matching;
        choices.excluded_layers = {0, 3};
        session.choose(choices, QStringLiteral("x"));
        pairs.refresh();
        const MergePlan plan = make_merge_plan(model->matrices, model->config(),
                                               {0.4, Grouping::matching, KvPolicy::average});
        int wanted = 0;
        int unmerged = 0;
        for (const LayerPlan& layer : plan.layers) {
            if (layer.layer == 0 || layer.layer == 3) continue;
            for (const HeadPair& pair : layer.pairs) {
                ++wanted;
                const auto row = pairs.find(layer.layer, {pair.first, pair.second});
                QVERIFY(row);
                const auto text = [&](int column) {
                    return pairs.index(*row, column).data().toString();
                };
                const int group = group_of(layer, pair);
                unmerged += group == 0 ? 1 : 0;
                QCOMPARE(text(PairModel::layer), QString::number(layer.layer));
                QCOMPARE(text(PairModel::first_head), QString::number(pair.first));
                QCOMPARE(text(PairModel::second_head), QString::number(pair.second));
                QCOMPARE(text(PairModel::similarity), similarity_text(pair.similarity));
                QCOMPARE(pairs.index(*row, PairModel::similarity).data(Qt::EditRole).toDouble(),
                         pair.similarity);
                QCOMPARE(text(PairModel::group), group > 0 ? QString::number(group) : QString());
                const int a = pair.first / 2;  // 16 heads, 8 KV heads
                const int b = pair.second / 2;
                QCOMPARE(text(PairModel::kv_heads),
                         a == b ? QString::number(a) : QStringLiteral("%1, %2").arg(a).arg(b));
            }
        }
        QCOMPARE(pairs.rowCount(), wanted);
        QVERIFY(wanted > 0);
        QVERIFY(unmerged > 0);
    }

    void sorts_numbers_as_numbers() {
        Session session;
        session.set_model(synthetic_model(12, 32, 8, 7));
        session.choose_threshold(0.85);
        PairModel pairs(session);
        const QAbstractItemModelTester tester(&pairs);
        pairs.refresh();
        QVERIFY(pairs.rowCount() > 20);
        for (int row = 1; row < pairs.rowCount(); ++row) {  // before anybody sorts
            QVERIFY(pairs.rows()[static_cast<std::size_t>(row) - 1].similarity >=
                    pairs.rows()[static_cast<std::size_t>(row)].similarity);
        }
        for (const int column : {PairModel::layer, PairModel::first_head, PairModel::second_head,
                                 PairModel::similarity}) {
            for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
                pairs.sort(column, order);
                for (int row = 1; row < pairs.rowCount(); ++row) {
                    double above = pairs.index(row - 1, column).data(Qt::EditRole).toDouble();
                    double below = pairs.index(row, column).data(Qt::EditRole).toDouble();
                    if (order == Qt::DescendingOrder) std::swap(above, below);
                    QVERIFY(above <= below);
                }
            }
        }
    }

    void persistent_indexes_follow_their_pair() {
        Session session;
        session.set_model(demo_opened_model());
        session.choose_threshold(0.5);
        PairModel pairs(session);
        pairs.refresh();
        const QPersistentModelIndex index = pairs.index(3, PairModel::similarity);
        const auto before = key(pairs.rows()[3]);
        pairs.sort(PairModel::second_head, Qt::DescendingOrder);
        QCOMPARE(key(pairs.rows()[static_cast<std::size_t>(index.row())]), before);
    }

    void changes_in_quick_succession_are_one() {
        Session session;
        session.set_model(demo_opened_model());
        PairModel pairs(session);
        pairs.set_live(true);
        QSignalSpy reset(&pairs, &QAbstractItemModel::modelReset);
        for (int i = 0; i < 30; ++i) {
            session.choose_threshold(0.5 + 0.01 * i);
        }
        QCOMPARE(reset.count(), 0);
        QTRY_COMPARE(reset.count(), 1);
        QCOMPARE(pairs.rowCount(), static_cast<int>(session.summary().pairs));
        pairs.set_live(false);
        session.choose_threshold(0.3);
        QTest::qWait(80);
        QCOMPARE(reset.count(), 1);
        pairs.set_live(true);
        QCOMPARE(pairs.rowCount(), static_cast<int>(session.summary().pairs));
    }

    void only_one_layer() {
        Session session;
        session.set_model(demo_opened_model());
        session.choose_threshold(0.5);
        PairModel pairs(session);
        pairs.set_live(true);
        pairs.set_only_layer(2);
        QCOMPARE(pairs.rowCount(), static_cast<int>(session.layer_summary(2).pairs));
        QVERIFY(std::ranges::all_of(pairs.rows(), [](const auto& row) { return row.layer == 2; }));
        pairs.set_only_layer(std::nullopt);
        QCOMPARE(pairs.rowCount(), static_cast<int>(session.summary().pairs));
    }

    void pairs_of_another_model_are_never_shown() {
        Session session;
        session.set_model(demo_opened_model());
        PairModel pairs(session);
        pairs.set_live(true);
        QVERIFY(pairs.rowCount() > 0);
        session.set_model(nullptr);
        QCOMPARE(pairs.rowCount(), 0);
    }

    void all_pairs_of_a_large_model() {
        Session session;
        session.set_model(synthetic_model(80, 64, 8, 3));
        session.choose_threshold(-1.0);
        PairModel pairs(session);
        QElapsedTimer timer;
        timer.start();
        pairs.refresh();
        const auto rebuilt = timer.restart();
        pairs.sort(PairModel::kv_heads, Qt::AscendingOrder);
        const auto sorted = timer.elapsed();
        qInfo("made anew in %lld ms, sorted in %lld ms", rebuilt, sorted);
        QCOMPARE(pairs.rowCount(), 80 * 2016);
        QVERIFY(rebuilt < 500);
        QVERIFY(sorted < 500);
    }
};

QTEST_MAIN(TestPairModel)
#include "test_pair_model.moc"
