#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <sched.h>

#include "core/base/progress.h"

namespace headscope {

int available_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1U, std::thread::hardware_concurrency());
}

void parallel_for(std::size_t count, int workers, const std::stop_token& stop,
                  const std::function<void(std::size_t index, int worker)>& body) {
    const int threads = static_cast<int>(
        std::min<std::size_t>(count, static_cast<std::size_t>(std::max(1, workers))));
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> failed = false;
    std::exception_ptr error;
    std::mutex error_mutex;

    const auto work = [&](int worker) {
        try {
            while (!failed) {
                const std::size_t index = next++;
                if (index >= count) return;
                throw_if_stopped(stop);
                body(index, worker);
            }
        } catch (...) {
            const std::scoped_lock lock(error_mutex);
            if (!error) error = std::current_exception();
            failed = true;
        }
    };

    if (threads <= 1) {
        work(0);
    } else {
        std::vector<std::jthread> pool;
        pool.reserve(static_cast<std::size_t>(threads));
        for (int worker = 0; worker < threads; ++worker)
            pool.emplace_back(work, worker);
    }
    if (error) std::rethrow_exception(error);
}

}  // namespace headscope
