#include "app/interrupt.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "app/exit_codes.h"
#include "core/base/error.h"

namespace headscope::app {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM};
constexpr char kStop = 's';
constexpr char kQuit = 'q';

// A handler may only do what is safe in the middle of anything, so it writes a byte to a pipe, and
// a thread that waits at the other end requests the stop. (Waiting with sigwait instead would need
// the signals blocked in every thread, and libraries start theirs before main.)
std::array<int, 2> pipe_ends = {-1, -1};
volatile std::sig_atomic_t signals_seen = 0;
volatile std::time_t first_seen_ms = 0;

/// Launchers and shells may deliver one Ctrl-C twice, to the process and to its group; a person
/// needs longer for the second.
constexpr std::time_t kSamePressMs = 300;

std::time_t now_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

void tell(char what) {
    const int saved = errno;
    [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &what, 1);
    errno = saved;
}

extern "C" void handle_signal(int /*signal*/) {
    if (signals_seen != 0) {
        if (now_ms() - first_seen_ms < kSamePressMs) return;
        ::_exit(kCancelled);
    }
    signals_seen = 1;
    first_seen_ms = now_ms();
    constexpr std::string_view kText = "\nStopping; press Ctrl-C again to stop at once.\n";
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText.data(), kText.size());
    tell(kStop);
}

}  // namespace

Interrupt::Interrupt() {
    if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
        fail(ErrorCode::internal, "no pipe could be made");
    signals_seen = 0;
    listener_ = std::thread([this] {
        char what = 0;
        ssize_t got = 0;
        do {
            got = ::read(pipe_ends[0], &what, 1);
        } while (got < 0 && errno == EINTR);
        if (what == kStop) source_.request_stop();
    });
    struct sigaction action {};
    action.sa_handler = handle_signal;
    action.sa_flags = SA_RESTART;
    for (const int signal : kSignals)
        ::sigaction(signal, &action, nullptr);
}

Interrupt::~Interrupt() {
    for (const int signal : kSignals)
        std::signal(signal, SIG_DFL);
    tell(kQuit);
    listener_.join();
    for (int& end : pipe_ends) {
        ::close(end);
        end = -1;
    }
}

}  // namespace headscope::app
