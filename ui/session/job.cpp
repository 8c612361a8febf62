#include "ui/session/job.h"

#include <QCoreApplication>
#include <QEvent>
#include <exception>
#include <new>
#include <utility>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ui/session/error_text.h"

namespace headscope::ui {
namespace {

/// Lets the window have a core whenever it wants one: a job takes all of them. On Linux nice values
/// are a thread's own and pass on to the threads that it starts.
void yield_to_the_window() {
    constexpr int kNice = 5;
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace

Job::Job(const QString& name, QObject* parent) : QObject(parent) {
    thread_ =
        std::jthread([this, short_name = name.left(15).toStdString()](const std::stop_token& quit) {
            ::pthread_setname_np(::pthread_self(), short_name.c_str());
            yield_to_the_window();
            work(quit);
        });
}

Job::~Job() {
    stop_.request_stop();
}

void Job::start(Body body) {
    stop_.request_stop();
    stop_ = std::stop_source();
    running_ = true;
    const std::scoped_lock lock(mutex_);
    tasks_.push_back({++generation_, std::move(body), stop_.get_token()});
    task_came_.notify_one();
}

void Job::cancel() {
    stop_.request_stop();
}

void Job::abandon() {
    stop_.request_stop();
    ++generation_;
    running_ = false;
}

void Job::work(const std::stop_token& quit) {
    while (true) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            if (!task_came_.wait(lock, quit, [this] { return !tasks_.empty(); })) return;
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        run(task);
    }
}

void Job::run(const Task& task) {
    const quint64 generation = task.generation;
    const Reporter reporter{[this, generation](const Progress& progress) {
                                post(generation, [this, progress] { Q_EMIT progressed(progress); });
                            },
                            [this, generation](const Value& value) {
                                post(generation, [this, value] { Q_EMIT partial(value); });
                            }};
    try {
        throw_if_stopped(task.stop);
        post_end(generation,
                 [this, value = task.body(reporter, task.stop)] { Q_EMIT finished(value); });
    } catch (const Error& error) {
        if (error.code() == ErrorCode::cancelled) {
            post_end(generation, [this] { Q_EMIT cancelled(); });
        } else {
            post_error(generation, error.code(), error_text(error));
        }
    } catch (const std::bad_alloc&) {
        post_error(generation, ErrorCode::out_of_memory,
                   tr("Out of memory. Close other programs, or choose a smaller window."));
    } catch (const std::exception& error) {
        post_error(generation, ErrorCode::internal,
                   tr("Internal error, please report it: %1").arg(QString::fromUtf8(error.what())));
    }
}

void Job::post_error(quint64 generation, ErrorCode code, const QString& text) {
    post_end(generation, [this, error = JobError{code, text}] { Q_EMIT failed(error); });
}

void Job::post_end(quint64 generation, std::function<void()> tell) {
    post(generation, [this, tell = std::move(tell)] {
        running_ = false;
        tell();
    });
}

void Job::post(quint64 generation, std::function<void()> deliver) {
    {
        const std::scoped_lock lock(mutex_);
        messages_.push_back({generation, std::move(deliver)});
    }
    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
}

void Job::customEvent(QEvent* /*event*/) {
    // One at a time: a receiver may open a dialog, whose event loop delivers what follows.
    while (true) {
        Message message;
        {
            const std::scoped_lock lock(mutex_);
            if (messages_.empty()) return;
            message = std::move(messages_.front());
            messages_.pop_front();
        }
        if (message.generation == generation_) message.deliver();
    }
}

}  // namespace headscope::ui
