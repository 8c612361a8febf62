#include <QElapsedTimer>
#include <QTest>
#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "core/base/leavable_work.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {

using Work = LeavableWork<std::string, int>;

/// Work that goes on until it is let go.
struct Gate {
    std::promise<void> let_go;
    std::shared_future<void> open = let_go.get_future().share();
    std::atomic<int> begun = 0;

    std::function<int()> work(int result) {
        return [this, result, gate = open] {
            ++begun;
            gate.wait();
            return result;
        };
    }
};

/// Waits for work and tells what became of it: its result, or -1 where the waiting was cancelled.
std::future<int> wait_for(Work& work, const std::string& key, std::function<int()> make,
                          const std::stop_token& stop) {
    return std::async(std::launch::async, [&work, key, make = std::move(make), stop] {
        try {
            return work.get(key, make, stop);
        } catch (const Error& error) {
            return error.code() == ErrorCode::cancelled ? -1 : -2;
        }
    });
}

}  // namespace

class TestLeavableWork : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void returns_what_is_made_and_passes_errors_on() {
        Work work;
        const std::stop_source source;
        QCOMPARE(work.get(
                     "a", [] { return 3; }, source.get_token()),
                 3);
        QCOMPARE(work.get(
                     "a", [] { return 4; }, source.get_token()),
                 4);  // made anew
        QVERIFY_EXCEPTION_THROWN(
            work.get("a", []() -> int { throw Error(ErrorCode::bad_input, "x"); }, {}), Error);
        QVERIFY(!work.busy());
    }

    void a_stop_is_heard_at_once_and_the_work_goes_on() {
        Work work;
        Gate gate;
        std::stop_source source;
        std::future<int> waiting = wait_for(work, "a", gate.work(1), source.get_token());
        QTRY_COMPARE(gate.begun.load(), 1);
        QElapsedTimer clock;
        clock.start();
        source.request_stop();
        QCOMPARE(waiting.get(), -1);
        QVERIFY(clock.elapsed() < 100);
        QVERIFY(work.busy());
        gate.let_go.set_value();
        QTRY_VERIFY(!work.busy());
    }

    void equal_requests_join_and_others_do_not() {
        Work work;
        Gate gate;
        std::stop_source left;
        const std::stop_source stays;
        std::future<int> first = wait_for(work, "a", gate.work(1), left.get_token());
        QTRY_COMPARE(gate.begun.load(), 1);
        left.request_stop();
        QCOMPARE(first.get(), -1);
        std::future<int> same = wait_for(work, "a", gate.work(2), stays.get_token());
        std::future<int> other = wait_for(work, "b", gate.work(3), stays.get_token());
        QTRY_COMPARE(gate.begun.load(), 2);
        gate.let_go.set_value();
        QCOMPARE(same.get(), 1);
        QCOMPARE(other.get(), 3);
        QCOMPARE(gate.begun.load(), 2);
    }

    void the_end_waits_for_what_was_left() {
        const auto used = std::make_shared<int>(5);
        Gate gate;
        std::jthread opener;
        {
            Work work;
            std::stop_source source;
            const auto slow = [used, open = gate.work(0)] {
                open();
                return *used;
            };
            std::future<int> waiting = wait_for(work, "a", slow, source.get_token());
            QTRY_COMPARE(gate.begun.load(), 1);
            source.request_stop();
            QCOMPARE(waiting.get(), -1);
            opener = std::jthread([&gate] {
                std::this_thread::sleep_for(std::chrono::milliseconds(30));
                gate.let_go.set_value();
            });
        }
        QCOMPARE(used.use_count(), 1L);
    }

    void nothing_begins_after_a_stop() {
        Work work;
        std::stop_source source;
        source.request_stop();
        bool begun = false;
        QVERIFY_EXCEPTION_THROWN(work.get(
                                     "a",
                                     [&begun] {
                                         begun = true;
                                         return 0;
                                     },
                                     source.get_token()),
                                 Error);
        QVERIFY(!begun);
    }
};

HEADSCOPE_TEST(TestLeavableWork)
#include "test_leavable_work.moc"
