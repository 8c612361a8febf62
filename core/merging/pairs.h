#pragma once

#include <vector>

#include "core/similarity/similarity.h"

namespace headscope {

/// Two heads of one layer, first < second.
struct HeadPair {
    int first = 0;
    int second = 0;
    double similarity = 0.0;

    bool operator==(const HeadPair&) const = default;
};

/// The pairs of a layer whose similarity is at least `threshold`, ordered by falling similarity,
/// then by first, then by second head.
std::vector<HeadPair> find_pairs(const SimilarityMatrix& matrix, double threshold);

}  // namespace headscope
