#pragma once

#include <stop_token>
#include <vector>

#include "core/similarity/similarity.h"

namespace headscope {

/// compute_similarity for the measures of circuits.
///
/// With L_i the block [head_dim, hidden] of a head (its rows of q_proj, or its transposed columns
/// of o_proj) and R_a that of its KV head (rows of k_proj, or of v_proj), the circuit is the matrix
/// L_i^T R_a, [hidden, hidden], whose dot products are
///     <L_i^T R_a, L_j^T R_b> = sum((L_i L_j^T) * (R_a R_b^T)) = <L_i, G_ab L_j>, G_ab = R_a R_b^T.
/// No matrix of that size is made, and neither are the head_dim x head_dim products of all heads:
/// the Gram matrix G of the few KV heads is, and then a strip of columns of all L_j at a time is
/// multiplied with its blocks and at once with the L_i. That takes 22 GFLOP for a layer of
/// Llama-3.1-8B's shape, where the products of all heads take 73. Symmetry halves the rest: of a
/// block G_aa = T + T^T only T multiplies, since <L_i, G_aa L_j> = <L_i, T L_j> + <L_j, T L_i>.
///
/// Every block is first scaled by a power of two, which its cosines do not see, so that fourth
/// powers of weights stay in the range of float32. Sums of products are float32 inside a register
/// tile and float64 beyond.
std::vector<SimilarityMatrix> compute_circuit_similarity(const Checkpoint& checkpoint,
                                                         Measure measure,
                                                         const std::vector<int>& layers,
                                                         int workers, const ProgressFn& progress,
                                                         const std::stop_token& stop);

}  // namespace headscope
