#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/architecture/model_config.h"

namespace headscope {

/// A head of the first model beside one of the second, in the same layer.
struct HeadLikeness {
    int head = 0;             ///< of the second model
    double similarity = 0.0;  ///< by the measure, in [-1, 1]; 0 where one of them is all zeros
    /// |a - b| / |a| of what the measure compares; 1 where b is all zeros, infinite where a is and
    /// b is not.
    double distance = 0.0;
};

/// What became of one head of the first model.
struct HeadMatch {
    std::optional<HeadLikeness> same_index;  ///< none where the second model's layer has fewer
    /// The most similar of the layer; of equally similar ones that of the same index, then the
    /// first.
    HeadLikeness best;
};

struct LayerMatches {
    int layer = 0;
    HeadCounts first;                ///< heads of the first model's layer
    HeadCounts second;               ///< and of the second's
    std::vector<HeadMatch> heads;    ///< [first.heads]
    std::vector<int> without_match;  ///< heads of the second that are nobody's best
};

/// How far two tensors of one name are apart.
struct TensorDifference {
    std::string name;
    std::int64_t elements = 0;
    double norm = 0.0;        ///< |a|, the root of the sum of squares
    double difference = 0.0;  ///< |a - b|
    double largest = 0.0;     ///< of |a_i - b_i|

    /// |a - b| / |a|; infinite where a is zero and b is not.
    [[nodiscard]] double relative() const;
};

/// A tensor that cannot be subtracted.
struct UnpairedTensor {
    std::string name;
    std::vector<std::int64_t> first;   ///< shape in the first model; empty where it has none
    std::vector<std::int64_t> second;  ///< and in the second
};

struct TensorDifferences {
    std::vector<TensorDifference> tensors;  ///< of one shape in both, sorted by name
    std::vector<UnpairedTensor> unpaired;   ///< sorted by name
};

/// Tensors of one part over all layers: "self_attn.q_proj.weight".
struct PartDifference {
    std::string name;
    std::int64_t tensors = 0;
    double relative = 0.0;  ///< of all of them together
    std::string most_changed;
    double most = 0.0;  ///< relative() of that one
};

/// In the order of the tensors' names.
std::vector<PartDifference> by_part(const std::vector<TensorDifference>& tensors);

}  // namespace headscope
