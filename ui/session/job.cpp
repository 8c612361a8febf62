#include "ui/session/job.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <utility>

#include <QMetaObject>

namespace headscope::ui {
namespace {

/// Lets the window have a core whenever it wants one: a job takes all of them. On Linux nice values
/// are a thread's own and pass on to the threads that it starts; QThread's priorities do nothing
/// there.
void yield_to_the_window() {
    constexpr int kNice = 5;
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace

Job::Job(const QString& name, QObject* parent) : QObject(parent), worker_(new QObject) {
    thread_.setObjectName(name);
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    thread_.start();
    QMetaObject::invokeMethod(worker_, yield_to_the_window, Qt::QueuedConnection);
}

Job::~Job() {
    ++generation_;
    stop_.request_stop();
    thread_.quit();
    thread_.wait();
}

void Job::start(Body body) {
    stop_.request_stop();
    stop_ = std::stop_source();
    running_ = true;
    const quint64 generation = ++generation_;
    QMetaObject::invokeMethod(
        worker_,
        [this, generation, body = std::move(body), stop = stop_.get_token()] {
            run(generation, body, stop);
        },
        Qt::QueuedConnection);
}

void Job::cancel() {
    stop_.request_stop();
}

void Job::abandon() {
    stop_.request_stop();
    ++generation_;
    running_ = false;
}

void Job::run(quint64 generation, const Body& body, const std::stop_token& stop) {
    const Reporter reporter{
        [this, generation](const Progress& progress) {
            post(generation, [this, progress] { Q_EMIT progressed(progress); });
        },
        [this, generation](const Value& value) {
            post(generation, [this, value] { Q_EMIT partial(value); });
        }};
    const auto end = [this, generation](std::function<void()> tell) {
        post(generation, [this, tell = std::move(tell)] {
            running_ = false;
            tell();
        });
    };
    const auto fail_with = [this, &end](ErrorCode code, const QString& text) {
        end([this, error = JobError{code, text}] { Q_EMIT failed(error); });
    };
    try {
        throw_if_stopped(stop);
        Value value = body(reporter, stop);
        end([this, value = std::move(value)] { Q_EMIT finished(value); });
    } catch (const Error& error) {
        if (error.code() == ErrorCode::cancelled) {
            end([this] { Q_EMIT cancelled(); });
        } else {
            fail_with(error.code(), QString::fromUtf8(error.what()));
        }
    } catch (const std::bad_alloc&) {
        fail_with(ErrorCode::out_of_memory,
                  tr("Out of memory. Close other programs, or choose a smaller window."));
    } catch (const std::exception& error) {
        fail_with(ErrorCode::internal,
                  tr("Internal error, please report it: %1").arg(QString::fromUtf8(error.what())));
    }
}

void Job::post(quint64 generation, std::function<void()> deliver) {
    QMetaObject::invokeMethod(
        this,
        [this, generation, deliver = std::move(deliver)] {
            if (generation == generation_) deliver();
        },
        Qt::QueuedConnection);
}

}  // namespace headscope::ui
