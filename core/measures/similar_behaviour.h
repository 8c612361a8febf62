#pragma once

#include <span>

#include "core/checkpoint/checkpoint.h"
#include "core/similarity/similarity.h"

namespace headscope {

/// The similarities that follow from sums over a text; heads with equal weights, biases included,
/// are exactly alike whatever the sums' rounding.

/// From distances in [0, 1] of each pair of heads, a packed upper triangle.
SimilarityMatrix distance_similarity(const Checkpoint& checkpoint, Measure measure, int layer,
                                     std::span<const double> distances);

/// From the products of which `measure` takes the cosine; packed likewise.
SimilarityMatrix product_similarity(const Checkpoint& checkpoint, Measure measure, int layer,
                                    std::span<const double> products);

}  // namespace headscope
