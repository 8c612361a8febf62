#pragma once

#include <QObject>
#include <QString>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace headscope::ui {

/// Why a job ended without a result. The text names what is at fault and says what to do.
struct JobError {
    ErrorCode code = ErrorCode::internal;
    QString text;
};

/// The adapter between core's jobs and the window: runs them one at a time on a thread of its own
/// and tells about them on the thread that it lives on.
///
/// Starting a job cancels the one before it; what that one still sends is dropped, because signals
/// carry the generation of their job and older ones are not passed on. The destructor cancels and
/// waits, which takes one micro-batch at most.
class Job : public QObject {
    Q_OBJECT

  public:
    /// A result or a partial result; the receiver knows its type: static_pointer_cast.
    using Value = std::shared_ptr<const void>;

    /// What a running job may tell, from any thread. Throttled at its source.
    struct Reporter {
        ProgressFn progress;
        std::function<void(Value)> partial;
    };

    /// Runs on the job's thread; returns its result or throws.
    using Body = std::function<Value(const Reporter& reporter, const std::stop_token& stop)>;

    /// `name` is the thread's, for debuggers.
    explicit Job(const QString& name, QObject* parent = nullptr);
    ~Job() override;

    /// Starts a job as soon as the one before has ended, which is asked to stop.
    void start(Body body);

    /// Asks the job to stop; `cancelled` follows. Nothing where none runs.
    void cancel();

    /// The same, but nothing more is told of the job, not even that it ended.
    void abandon();

    [[nodiscard]] bool running() const { return running_; }

  Q_SIGNALS:
    void progressed(const headscope::Progress& progress);
    void partial(const headscope::ui::Job::Value& value);
    /// Exactly one of these ends each job that was neither replaced nor abandoned.
    void finished(const headscope::ui::Job::Value& value);
    void cancelled();
    void failed(const headscope::ui::JobError& error);

  protected:
    /// Delivers what was posted.
    void customEvent(QEvent* event) override;

  private:
    struct Task {
        quint64 generation = 0;
        Body body;
        std::stop_token stop;
    };
    struct Message {
        quint64 generation = 0;
        std::function<void()> deliver;
    };

    void work(const std::stop_token& quit);
    void run(const Task& task);
    /// Calls `deliver` on this object's thread, unless the job was replaced meanwhile.
    void post(quint64 generation, std::function<void()> deliver);
    void post_error(quint64 generation, ErrorCode code, const QString& text);
    void post_end(quint64 generation, std::function<void()> tell);

    std::stop_source stop_;
    quint64 generation_ = 0;  ///< of the newest job; only touched by this object's thread
    bool running_ = false;

    // All that passes between the threads does so under this lock; Qt's event queue only wakes. So
    // a race would be seen by tools that do not know Qt.
    std::mutex mutex_;
    std::condition_variable_any task_came_;
    std::deque<Task> tasks_;
    std::deque<Message> messages_;
    std::jthread thread_;  ///< the last member: it ends before what it uses
};

}  // namespace headscope::ui
