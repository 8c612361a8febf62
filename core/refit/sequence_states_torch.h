#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/model/forward_torch.h"
#include "core/model/loaded_model_torch.h"

namespace headscope {

using States = std::vector<at::Tensor>;  ///< of each sequence, [tokens, hidden]

/// Where the hidden states of many sequences lie while they go through the layers, and how many
/// sequences go at a time.
class SequenceStates {
  public:
    /// A micro-batch: sequences [first, first + count), computed in place `place` of those that are
    /// computed at once.
    struct Batch {
        std::size_t first = 0;
        std::size_t count = 0;
        std::size_t place = 0;
    };

    /// `kinds`: the most states of every sequence that are held at a time. They are held on
    /// the device where they take at most half of what is free, otherwise on the host.
    SequenceStates(const LoadedModel& model, const ForwardPass& forward, std::int64_t window,
                   std::size_t sequences, std::size_t kinds);

    [[nodiscard]] std::size_t places() const { return static_cast<std::size_t>(at_once_); }

    /// The states of some sequences as one, on the device.
    [[nodiscard]] at::Tensor gather(const States& states, const Batch& batch) const;
    void scatter(const at::Tensor& from, States& to, const Batch& batch) const;
    [[nodiscard]] at::Tensor held(const at::Tensor& state) const { return state.to(store_); }

    /// Calls run(batch) for all micro-batches, places() of them at a time in threads, and after
    /// each of these rounds done(place) for its places in order, and then passed(sequences).
    /// Throws Error(cancelled) before a round once a stop was requested.
    void for_each_batch(const std::stop_token& stop, const std::function<void(const Batch&)>& run,
                        const std::function<void(std::size_t)>& done,
                        const std::function<void(std::size_t)>& passed) const;

    /// Makes the work of a layer take less memory; false where it cannot. Moves `all` where it
    /// decides that states are held on the host.
    bool shrink(const std::vector<States*>& all);

  private:
    std::int64_t window_;
    std::size_t sequences_;
    c10::Device device_;
    c10::Device store_{"cpu"};
    std::int64_t micro_batch_ = 1;
    std::int64_t at_once_ = 1;  ///< micro-batches, each in a thread of its own
};

}  // namespace headscope
