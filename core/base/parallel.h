#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace headscope {

/// Cores this process may run on: the affinity mask of the process, not the machine's count.
int available_cores();

/// Calls `body(index, worker)` for every index in [0, count) on up to `workers` threads, indices
/// handed out in order. `worker` is in [0, workers): use it to find a thread's own scratch memory.
/// The first exception stops the hand-out and is rethrown here; a stop request becomes
/// Error(cancelled). With one worker (or one index) everything runs on the calling thread.
void parallel_for(std::size_t count, int workers, const std::stop_token& stop,
                  const std::function<void(std::size_t index, int worker)>& body);

}  // namespace headscope
