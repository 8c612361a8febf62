#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include <ATen/core/Tensor.h>

namespace headscope {

/// Hidden states of the original model before some of its layers, kept within a budget, so that a
/// plan that leaves the first layers alone starts at its first changed layer. A window is known by
/// its tokens. States are kept until clear(): windows are visited in a fixed order, and the first
/// of them are those that every estimate wants again. Without a budget nothing is kept. Safe for
/// many threads.
class BoundaryCache {
  public:
    using Tokens = std::vector<std::int64_t>;

    /// Keeps states before every `stride`-th layer from now on, `budget` bytes of them in all.
    /// States of another text than the one that begins with `first_window` are let go; while others
    /// are there, their stride stays.
    void configure(std::int64_t budget, int stride, const Tokens& first_window);

    /// Keeps no more states, but those that are there.
    void stop_keeping();

    /// The last layer up to `layer` before which the states of all `windows` are kept; 0 where
    /// there is none.
    [[nodiscard]] int latest(const std::vector<Tokens>& windows, int layer) const;

    /// The state of a window before `layer`, for which latest() answered: [window, hidden].
    [[nodiscard]] at::Tensor state(const Tokens& window, int layer) const;

    /// Whether a state before `layer` is wanted at all.
    [[nodiscard]] bool wants(int layer) const;

    /// Keeps a copy, where the budget allows it and there is none yet.
    void keep(const Tokens& window, int layer, const at::Tensor& state);

    [[nodiscard]] std::int64_t bytes() const;

    /// Lets everything go, and the budget with it.
    void clear();

  private:
    void clear_all();
    [[nodiscard]] bool has_place() const;
    [[nodiscard]] at::Tensor place_for(const at::Tensor& state);

    mutable std::mutex mutex_;
    std::int64_t budget_ = 0;
    std::int64_t bytes_ = 0;
    int stride_ = 1;
    Tokens text_;  ///< its first window
    std::map<Tokens, std::map<int, at::Tensor>> states_;
    at::Tensor block_;  ///< memory for some states, since taking it one by one is slow on a GPU
    std::int64_t block_used_ = 0;  ///< states
};

}  // namespace headscope
