#include "core/refit/sequence_states_torch.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "core/base/parallel.h"
#include "core/evaluation/evaluation_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/device_memory_torch.h"

namespace headscope {

SequenceStates::SequenceStates(const LoadedModel& model, const ForwardPass& forward,
                               std::int64_t window, std::size_t sequences, std::size_t kinds)
    : window_(window), sequences_(sequences), device_(model.format.device) {
    constexpr std::int64_t kTokensOfMicroBatch = 8192;
    const std::int64_t budget = memory_budget(device_, model.memory_limit);
    const std::int64_t states = forward.state_bytes() * static_cast<std::int64_t>(kinds) *
                                static_cast<std::int64_t>(sequences_);
    store_ = states <= budget / 2 ? device_ : c10::Device("cpu");
    const std::int64_t left = store_ == device_ ? budget - states : budget;
    const std::int64_t most = std::max<std::int64_t>(1, left / (2 * forward.working_bytes(1)));
    if (device_.is_cpu()) {
        at_once_ = std::min<std::int64_t>(most, spread_threads(model).windows_at_once);
    } else {
        micro_batch_ =
            std::min<std::int64_t>(most, std::max<std::int64_t>(1, kTokensOfMicroBatch / window));
    }
}

at::Tensor SequenceStates::gather(const States& states, const Batch& batch) const {
    const auto begin = states.begin() + static_cast<std::ptrdiff_t>(batch.first);
    const at::Tensor one = batch.count == 1
                               ? *begin
                               : at::cat(std::vector<at::Tensor>(
                                     begin, begin + static_cast<std::ptrdiff_t>(batch.count)));
    return one.to(device_);
}

void SequenceStates::scatter(const at::Tensor& from, States& to, const Batch& batch) const {
    for (std::size_t i = 0; i < batch.count; ++i) {
        const at::Tensor part = from.narrow(0, static_cast<std::int64_t>(i) * window_, window_);
        to[batch.first + i] = batch.count == 1 ? from.to(store_) : part.to(store_).clone();
    }
}

void SequenceStates::for_each_batch(const std::stop_token& stop,
                                    const std::function<void(const Batch&)>& run,
                                    const std::function<void(std::size_t)>& done,
                                    const std::function<void(std::size_t)>& passed) const {
    const auto micro = static_cast<std::size_t>(micro_batch_);
    const std::size_t round = micro * places();
    for (std::size_t first = 0; first < sequences_; first += round) {
        throw_if_stopped(stop);
        const std::size_t used = std::min(places(), (sequences_ - first + micro - 1) / micro);
        const auto one = [&](std::size_t place) {
            const std::size_t begin = first + place * micro;
            run({begin, std::min(micro, sequences_ - begin), place});
        };
        if (used == 1) {
            one(0);
        } else {
            const compat::ThreadSetting one_each(1);
            parallel_for(used, static_cast<int>(used), stop, [&](std::size_t place, int) {
                const c10::InferenceMode no_gradients;  // a setting of each thread
                at::set_num_threads(1);
                one(place);
            });
        }
        for (std::size_t place = 0; place < used; ++place)
            done(place);
        passed(std::min(round, sequences_ - first));
    }
}

bool SequenceStates::shrink(const std::vector<States*>& all) {
    release_cached_memory(device_);
    if (micro_batch_ > 1 || at_once_ > 1) {
        micro_batch_ = std::max<std::int64_t>(1, micro_batch_ / 2);
        at_once_ = std::max<std::int64_t>(1, at_once_ / 2);
        return true;
    }
    if (store_.is_cpu()) return false;
    store_ = c10::Device("cpu");
    for (States* states : all) {
        for (at::Tensor& state : *states)
            state = state.to(store_);
    }
    return true;
}

}  // namespace headscope
