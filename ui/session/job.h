#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include <QObject>
#include <QString>
#include <QThread>

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

  private:
    void run(quint64 generation, const Body& body, const std::stop_token& stop);
    /// Calls `deliver` on this object's thread, unless the job was replaced meanwhile.
    void post(quint64 generation, std::function<void()> deliver);

    QThread thread_;
    QObject* worker_;  ///< lives on thread_; a place to send calls to
    std::stop_source stop_;
    quint64 generation_ = 0;  ///< of the newest job; only touched by the GUI thread
    bool running_ = false;
};

}  // namespace headscope::ui
