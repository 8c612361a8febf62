#pragma once

#include <QElapsedTimer>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <utility>

namespace headscope::testing {

#ifdef HEADSCOPE_SANITIZED
inline constexpr qint64 kLongestGapMs = 1000;  // it must only stay alive
#else
inline constexpr qint64 kLongestGapMs = 50;
#endif

/// Measures how long the event loop takes to come round, at its longest, for as long as it lives.
class EventLoopGap {
  public:
    EventLoopGap() {
        QObject::connect(&turns_, &QTimer::timeout, &turns_, [this] { turn(); });
        turns_.start(1);
        since_turn_.start();
    }

    /// Milliseconds.
    [[nodiscard]] qint64 longest() const { return longest_; }
    /// The most that this thread itself computed between two turns: what remains of a gap where
    /// other programs do not take the processor away. Milliseconds.
    [[nodiscard]] qint64 longest_work() const { return longest_work_; }

  private:
    static qint64 work_so_far() {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return qint64{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
    }

    void turn() {
        longest_ = std::max(longest_, since_turn_.restart());
        const qint64 before = std::exchange(work_, work_so_far());
        longest_work_ = std::max(longest_work_, work_ - before);
    }

    QTimer turns_;
    QElapsedTimer since_turn_;
    qint64 longest_ = 0;
    qint64 work_ = work_so_far();
    qint64 longest_work_ = 0;
};

struct Gap {
    qint64 longest = std::numeric_limits<qint64>::max();  ///< of the same attempt
    qint64 work = std::numeric_limits<qint64>::max();
};

/// The most that the thread computes between two turns from `action` on until `done`, in processor
/// time: another program may take the processor away for as long as it likes. The best of three
/// tries counts, since a busy neighbour also empties the caches; each comes after `prepare`,
/// which has to undo `action`: otherwise another try would find nothing to do.
inline Gap gap_of(const std::function<void()>& prepare, const std::function<void()>& action,
                  const std::function<bool()>& done) {
    constexpr int kSettleMs = 150;  // panels follow a little later
    constexpr int kPatienceMs = 60'000;
    Gap best;
    for (int attempt = 0; attempt < 3 && best.work > kLongestGapMs; ++attempt) {
        prepare();
        QTest::qWait(kSettleMs);
        const EventLoopGap gap;
        QTest::qWait(5);
        QTimer::singleShot(0, action);
        QTest::qWait(1);
        if (!QTest::qWaitFor(done, kPatienceMs)) return {kPatienceMs, kPatienceMs};
        QTest::qWait(kSettleMs);
        if (gap.longest_work() < best.work) best = {gap.longest(), gap.longest_work()};
    }
    return best;
}

}  // namespace headscope::testing
