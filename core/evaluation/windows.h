#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/evaluation/protocol.h"

namespace headscope {

/// A tokenized corpus cut into windows. The remainder is dropped.
class Windows {
  public:
    /// `ids`: the whole corpus, BOS in front. `max_windows`: keep the first so many; 0 keeps all.
    /// Throws Error(bad_input) where not even one window can be filled, where a window is shorter
    /// than two tokens or longer than the model's maximum, or where an id is not in the vocabulary.
    /// `bos_id`: what `llama.cpp` puts in place of the first token of each window; without it that
    /// token stays, as llama.cpp leaves it where the vocabulary does not ask for BOS.
    Windows(std::vector<std::int32_t> ids, Protocol protocol, std::int64_t window,
            std::int64_t max_windows, std::optional<std::int32_t> bos_id,
            std::int64_t longest_window, std::int64_t vocab_size);

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] std::int64_t window() const { return window_; }
    [[nodiscard]] Protocol protocol() const { return protocol_; }
    [[nodiscard]] std::int64_t first_scored() const {
        return first_scored_position(protocol_, window_);
    }
    [[nodiscard]] std::int64_t predictions_per_window() const {
        return window_ - 1 - first_scored();
    }

    /// The tokens of window `index`, as the model reads them.
    [[nodiscard]] std::vector<std::int64_t> tokens(std::int64_t index) const;

    /// All windows in a fixed shuffled order, so that a partial result is a fair sample.
    [[nodiscard]] std::vector<std::int64_t> shuffled_order() const;

    /// The seed of that order.
    static constexpr std::uint64_t kOrderSeed = 20240607;

  private:
    std::vector<std::int32_t> ids_;
    Protocol protocol_;
    std::int64_t window_;
    std::int64_t count_;
    std::optional<std::int32_t> bos_id_;  ///< replaces the first token of each window
};

}  // namespace headscope
