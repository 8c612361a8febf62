#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/evaluation/protocol.h"

namespace headscope {

/// The logits at `position` of a sequence are scored against `target`.
struct Prediction {
    std::int32_t position = 0;
    std::int32_t target = 0;
};

/// Tokens with the predictions that count: several targets may stand at one position.
struct ScoredSequence {
    std::vector<std::int32_t> ids;
    std::vector<Prediction> predictions;
};

/// A tokenized corpus cut into windows. The remainder is dropped. Or sequences of their own with
/// chosen predictions, padded behind to one length, which changes nothing before the padding.
class Windows {
  public:
    /// `sequences`, each of 1 to `window` tokens with at least one prediction. Throws
    /// Error(bad_input) for an id that is not in the vocabulary, Error(internal) for a sequence or
    /// a prediction that does not fit.
    Windows(const std::vector<ScoredSequence>& sequences, Protocol protocol, std::int64_t window,
            std::int64_t vocab_size);

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

    /// Whether each window has predictions of its own; elsewhere all of them make those of the
    /// tokens after first_scored().
    [[nodiscard]] bool has_chosen_predictions() const { return !chosen_.empty(); }
    [[nodiscard]] const std::vector<Prediction>& chosen_predictions(std::int64_t index) const {
        return chosen_[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] std::int64_t prediction_count(std::int64_t index) const {
        return has_chosen_predictions()
                   ? static_cast<std::int64_t>(chosen_predictions(index).size())
                   : predictions_per_window();
    }

    /// The tokens of window `index`, as the model reads them.
    [[nodiscard]] std::vector<std::int64_t> tokens(std::int64_t index) const;

    /// The same as they stand in the text: without the BOS that takes the place of the first.
    [[nodiscard]] std::vector<std::int32_t> tokens_of_text(std::int64_t index) const;

    /// All windows in a fixed shuffled order, so that a partial result is a fair sample.
    [[nodiscard]] std::vector<std::int64_t> shuffled_order() const;

    /// The seed of that order.
    static constexpr std::uint64_t kOrderSeed = 20240607;

  private:
    std::vector<std::int32_t> ids_;
    Protocol protocol_;
    std::int64_t window_;
    std::int64_t count_;
    std::vector<std::vector<Prediction>> chosen_;
    std::optional<std::int32_t> bos_id_;  ///< replaces the first token of each window
};

}  // namespace headscope
