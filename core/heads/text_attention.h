#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/model/model.h"

namespace headscope {

/// The queries and keys of one layer over a text, after their norms and rotation: what any row of
/// its attention follows from, at once and without the model.
class LayerAttention {
  public:
    int layer = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t sliding_window = 0;  ///< keys that a query sees; 0: all up to its own
    double scale = 1.0;               ///< of the scores
    std::vector<float> queries;       ///< [tokens, heads, head_dim]
    std::vector<float> keys;          ///< [tokens, kv_heads, head_dim]

    [[nodiscard]] std::int64_t tokens() const;

    /// The attention of a head from token `query` to tokens 0 to `query`: shares that add up to 1.
    [[nodiscard]] std::vector<float> row(int head, std::int64_t query) const;

    /// All rows of a head: [tokens, tokens], 0 above the diagonal. O(tokens^2 head_dim).
    [[nodiscard]] std::vector<float> matrix(int head) const;
};

/// What a head does over a text, for a profile on screen.
struct AttentionProfile {
    std::vector<double> entropy;   ///< [tokens], of each row, nats
    std::vector<double> distance;  ///< [tokens]: the mean share at each distance, over the rows
                                   ///< that reach that far
    double first_token = 0.0;      ///< mean share on the first token, rows from the second on
    double previous_token = 0.0;   ///< mean share on the token before, likewise
};

/// `rows`: of one head, [tokens, tokens], as LayerAttention::matrix gives them.
[[nodiscard]] AttentionProfile profile_of(const std::vector<float>& rows, std::int64_t tokens);

/// Runs the model once over `ids` and keeps queries and keys of the layers asked for, ascending
/// (empty: all). Takes tokens (heads + kv_heads) head_dim floats a layer. `progress` counts layers.
/// Throws Error(bad_input) for an id outside the vocabulary, a text of no token or one longer than
/// the model reads, and Error(cancelled).
std::vector<LayerAttention> read_attention(const Model& model, const std::vector<std::int64_t>& ids,
                                           const std::vector<int>& layers,
                                           const ProgressFn& progress = {},
                                           const std::stop_token& stop = {});

}  // namespace headscope
