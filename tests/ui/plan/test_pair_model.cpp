#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_program.h"
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

/// What a column is sorted by; unmerged pairs have no group and come last.
std::tuple<double, double> value(const PairModel::Row& row, int column) {
    switch (column) {
        case PairModel::layer:
            return {row.layer, 0};
        case PairModel::first_head:
            return {row.first, 0};
        case PairModel::second_head:
            return {row.second, 0};
        case PairModel::similarity:
            return {row.similarity, 0};
        case PairModel::kv_heads:
            return {row.first_kv, row.second_kv};
        default:
            return {row.group > 0 ? row.group : 1e9, 0};
    }
}

std::vector<PairModel::Row> all_pairs(const PairModel& model) {
    std::vector<PairModel::Row> pairs;
    for (int row = 0; row < model.rowCount(); ++row)
        pairs.push_back(model.pair(row));
    return pairs;
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
            QVERIFY(pairs.pair(row - 1).similarity >= pairs.pair(row).similarity);
        }
    }

    /// Every column, both ways, against a stable sort of the pairs by falling similarity.
    void sorts_every_column() {
        Session session;
        session.set_model(synthetic_model(12, 32, 8, 7));
        session.choose_threshold(0.3);
        Choices choices = session.choices();
        choices.grouping = Grouping::matching;  // which leaves pairs unmerged
        session.choose(choices, {});
        PairModel pairs(session);
        const QAbstractItemModelTester tester(&pairs);
        pairs.refresh();
        const std::vector<PairModel::Row> natural = all_pairs(pairs);
        QVERIFY(natural.size() > 1000);
        for (int column = 0; column < PairModel::column_count; ++column) {
            for (const bool rising : {true, false}) {
                std::vector<PairModel::Row> wanted = natural;
                std::ranges::stable_sort(wanted, [&](const auto& a, const auto& b) {
                    return rising ? value(a, column) < value(b, column)
                                  : value(a, column) > value(b, column);
                });
                pairs.sort(column, rising ? Qt::AscendingOrder : Qt::DescendingOrder);
                const std::vector<PairModel::Row> sorted = all_pairs(pairs);
                QVERIFY2(std::ranges::equal(sorted, wanted, {}, key, key),
                         qPrintable(QString::number(column)));
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
        const auto before = key(pairs.pair(3));
        pairs.sort(PairModel::second_head, Qt::DescendingOrder);
        QCOMPARE(key(pairs.pair(index.row())), before);
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
        for (int row = 0; row < pairs.rowCount(); ++row)
            QCOMPARE(pairs.pair(row).layer, 2);
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

HEADSCOPE_TEST(TestPairModel)
#include "test_pair_model.moc"
