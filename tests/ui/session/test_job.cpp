#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/support/test_program.h"
#include "ui/session/job.h"

using namespace headscope;
using namespace headscope::ui;
using namespace std::chrono_literals;

namespace {

Job::Value number(int value) {
    return std::make_shared<const int>(value);
}

int number_of(const Job::Value& value) {
    return *std::static_pointer_cast<const int>(value);
}

/// Works until it is asked to stop, then ends as core's jobs do.
Job::Value work_until_stopped(const Job::Reporter&, const std::stop_token& stop) {
    while (!stop.stop_requested())
        std::this_thread::sleep_for(1ms);
    throw_if_stopped(stop);
    return number(0);
}

}  // namespace

class TestJob : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void tells_progress_partial_results_and_the_result() {
        Job job(QStringLiteral("test"));
        std::vector<std::int64_t> done;
        std::vector<int> partial;
        int result = 0;
        const QThread* thread = nullptr;
        connect(&job, &Job::progressed, this, [&](const Progress& p) { done.push_back(p.done); });
        connect(&job, &Job::partial, this,
                [&](const Job::Value& value) { partial.push_back(number_of(value)); });
        connect(&job, &Job::finished, this, [&](const Job::Value& value) {
            result = number_of(value);
            thread = QThread::currentThread();
        });
        const QThread* worker = nullptr;
        job.start([&worker](const Job::Reporter& reporter, const std::stop_token&) {
            worker = QThread::currentThread();
            for (int i = 1; i <= 3; ++i) {
                reporter.progress({"counting", i, 3, "steps"});
                reporter.partial(number(i * 10));
            }
            return number(42);
        });
        QVERIFY(job.running());
        QTRY_COMPARE(result, 42);
        QVERIFY(!job.running());
        QCOMPARE(done, (std::vector<std::int64_t>{1, 2, 3}));
        QCOMPARE(partial, (std::vector<int>{10, 20, 30}));
        QCOMPARE(thread, this->thread());
        QVERIFY(worker != this->thread());
    }

    void errors_keep_their_code_and_text() {
        Job job(QStringLiteral("test"));
        JobError error;
        connect(&job, &Job::failed, this, [&](const JobError& e) { error = e; });
        job.start([](const Job::Reporter&, const std::stop_token&) -> Job::Value {
            fail(ErrorCode::device, "device {}: gone", "cuda:1");
        });
        QTRY_COMPARE(error.text, QStringLiteral("device cuda:1: gone"));
        QCOMPARE(error.code, ErrorCode::device);
        job.start([](const Job::Reporter&, const std::stop_token&) -> Job::Value {
            throw std::logic_error("a bug");
        });
        QTRY_VERIFY(error.text.contains(QStringLiteral("a bug")));
        QCOMPARE(error.code, ErrorCode::internal);
        job.start([](const Job::Reporter&, const std::stop_token&) -> Job::Value {
            throw std::bad_alloc();
        });
        QTRY_COMPARE(error.code, ErrorCode::out_of_memory);
    }

    void cancelling_is_no_failure() {
        Job job(QStringLiteral("test"));
        const QSignalSpy cancelled(&job, &Job::cancelled);
        const QSignalSpy failed(&job, &Job::failed);
        job.start(work_until_stopped);
        QTest::qWait(5);
        job.cancel();
        QTRY_COMPARE(cancelled.count(), 1);
        QCOMPARE(failed.count(), 0);
        QVERIFY(!job.running());
        job.cancel();  // nothing runs: nothing happens
        QTest::qWait(5);
        QCOMPARE(cancelled.count(), 1);
    }

    void a_new_job_replaces_the_old_and_silences_it() {
        Job job(QStringLiteral("test"));
        std::vector<int> results;
        const QSignalSpy cancelled(&job, &Job::cancelled);
        connect(&job, &Job::finished, this,
                [&](const Job::Value& value) { results.push_back(number_of(value)); });
        for (int i = 1; i <= 20; ++i) {
            job.start([i](const Job::Reporter& reporter, const std::stop_token& stop) {
                reporter.progress({"", 0, 1, ""});
                if (i < 20) return work_until_stopped(reporter, stop);
                return number(i);
            });
        }
        QTRY_COMPARE(results, std::vector<int>{20});
        QTest::qWait(20);
        QCOMPARE(results, std::vector<int>{20});
        QCOMPARE(cancelled.count(), 0);
    }

    /// What a job had posted before it was replaced must not arrive afterwards.
    void stale_results_are_dropped() {
        Job job(QStringLiteral("test"));
        std::atomic<bool> posted = false;
        std::vector<int> results;
        connect(&job, &Job::finished, this,
                [&](const Job::Value& value) { results.push_back(number_of(value)); });
        job.start([](const Job::Reporter&, const std::stop_token&) { return number(1); });
        job.start([&](const Job::Reporter&, const std::stop_token&) {
            posted = true;
            return number(2);
        });
        while (!posted)
            std::this_thread::sleep_for(1ms);  // the event loop does not turn here
        job.start([](const Job::Reporter&, const std::stop_token&) { return number(3); });
        QTRY_COMPARE(results, std::vector<int>{3});
        QTest::qWait(10);
        QCOMPARE(results, std::vector<int>{3});
    }

    void destruction_ends_a_running_job() {
        std::atomic<bool> ended = false;
        {
            Job job(QStringLiteral("test"));
            job.start([&](const Job::Reporter& reporter, const std::stop_token& stop) {
                struct Note {
                    std::atomic<bool>& flag;
                    ~Note() { flag = true; }
                } const note{ended};
                return work_until_stopped(reporter, stop);
            });
            QTest::qWait(5);
        }
        QVERIFY(ended);
    }
};

HEADSCOPE_TEST(TestJob)
#include "test_job.moc"
