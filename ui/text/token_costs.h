#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/evaluation/token_file.h"

namespace headscope::ui {

/// What a token can cost under a variant, nats.
enum class TokenCost {
    kl,        ///< KL(original || variant)
    increase,  ///< of the negative log likelihood over the original's
    variant,   ///< the negative log likelihood
    original,  ///< that of the original
};

/// The cost of one prediction; `variant` is one of the table's after the original. `at` counts
/// predictions over all windows, row by row.
[[nodiscard]] float cost_of(const TokenTable& table, std::size_t variant, TokenCost cost,
                            std::size_t at);

/// Some predictions of one window that follow each other.
struct Passage {
    std::int64_t row = 0;    ///< of the window in the table
    std::int64_t first = 0;  ///< prediction in the window
    std::int64_t count = 0;
    double mean = 0.0;  ///< of their costs
};

/// Cuts every window into passages of `length` predictions (the last may be shorter) and returns
/// the `most` of the highest mean cost, the highest first; of equals the first in the text.
[[nodiscard]] std::vector<Passage> worst_passages(const TokenTable& table, std::size_t variant,
                                                  TokenCost cost, std::int64_t length,
                                                  std::size_t most);

/// The cost that 99 of 100 predictions do not exceed in size; a little more than 0 where all are 0.
[[nodiscard]] float high_cost(const TokenTable& table, std::size_t variant, TokenCost cost);

}  // namespace headscope::ui
