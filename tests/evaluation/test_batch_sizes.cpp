#include <QTest>

#include "core/evaluation/batch_sizes.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {

BatchNeeds needs(std::int64_t budget, std::int64_t micro_batch, std::int64_t super_chunk) {
    BatchNeeds needs;
    needs.budget = budget;
    needs.state = 10;
    needs.most_states = 3;
    needs.working_of_one = 100;
    needs.working_of_more = 40;
    needs.wanted_micro_batch = micro_batch;
    needs.wanted_super_chunk = super_chunk;
    return needs;
}

}  // namespace

class TestBatchSizes : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void what_is_wanted_where_memory_allows_it() {
        const BatchSizes sizes = choose_batch_sizes(needs(1'000'000, 4, 100));
        QCOMPARE(sizes.micro_batch, 4);
        QCOMPARE(sizes.super_chunk, 100);
    }

    void micro_batches_shrink_first_to_what_fits() {
        // 100 + 40 + 2 * 30 = 200 fits, a third window would take 70 more.
        QCOMPARE(choose_batch_sizes(needs(200, 4, 4)).micro_batch, 2);
        QCOMPARE(choose_batch_sizes(needs(269, 4, 4)).micro_batch, 2);
        QCOMPARE(choose_batch_sizes(needs(270, 4, 4)).micro_batch, 3);
    }

    void a_super_chunk_takes_the_rest() {
        // 220 for the work of 4 windows, 30 for the states of each window.
        const BatchSizes sizes = choose_batch_sizes(needs(220 + 30 * 17 + 29, 4, 1000));
        QCOMPARE(sizes.micro_batch, 4);
        QCOMPARE(sizes.super_chunk, 17);
    }

    void nothing_is_asked_of_a_device_without_memory_but_one_window() {
        for (const std::int64_t budget : {0, -5, 99}) {
            const BatchSizes sizes = choose_batch_sizes(needs(budget, 4, 1000));
            QCOMPARE(sizes.micro_batch, 1);
            QCOMPARE(sizes.super_chunk, 1);
        }
    }
};

HEADSCOPE_TEST(TestBatchSizes)
#include "test_batch_sizes.moc"
