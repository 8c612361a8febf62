#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/model/model.h"

namespace headscope {

/// What can be said of a single head from its attention over a text.
enum class HeadScore {
    entropy,         ///< mean entropy of the attention rows, nats
    first_token,     ///< mean attention to the first token of the sequence
    previous_token,  ///< mean attention to the token before
    duplicate,       ///< mean attention to earlier copies of the same token
    induction,       ///< mean attention to what followed earlier copies of the same token
    distance,        ///< mean distance, in tokens, to what is attended to
    output_norm,     ///< root mean square norm of O z, what the head adds to the residual stream
};

inline constexpr std::size_t kHeadScores = 7;

/// All of them, in the order of the enumeration.
[[nodiscard]] std::span<const HeadScore> all_head_scores();

/// The name in options and files: "first-token".
[[nodiscard]] std::string_view name_of(HeadScore score);

/// The heads of one layer.
struct LayerHeadScores {
    int layer = 0;
    std::array<std::vector<double>, kHeadScores> values;  ///< [score][head]

    [[nodiscard]] const std::vector<double>& of(HeadScore score) const {
        return values[static_cast<std::size_t>(score)];
    }
};

/// Scores all heads of all layers in one forward pass over some sequences of token ids, which have
/// the same length, two or more. Means are over the tokens of all sequences: `previous_token` and
/// `first_token` leave out each sequence's first token; `duplicate` and `induction` are over the
/// tokens that occurred before in their sequence, 0 where none did. Definitions as in C. Olsson et
/// al., arXiv:2209.11895, with attention from the token itself left out of `duplicate`.
///
/// Memory holds the hidden states of all sequences and a few rows of attention. `progress` counts
/// layers. Throws Error(bad_input) for sequences of different lengths or ids outside the
/// vocabulary, Error(unsupported) where values overflow in the model's dtype, Error(cancelled).
std::vector<LayerHeadScores> score_heads(const Model& model,
                                         const std::vector<std::vector<std::int64_t>>& sequences,
                                         const ProgressFn& progress = {},
                                         const std::stop_token& stop = {});

/// `count` sequences of `length` random tokens each, of which the second half repeats the first:
/// where induction and duplicate-token heads show. The same for the same arguments.
[[nodiscard]] std::vector<std::vector<std::int64_t>> repeated_sequences(std::int64_t vocab_size,
                                                                        std::int64_t length,
                                                                        int count);

}  // namespace headscope
