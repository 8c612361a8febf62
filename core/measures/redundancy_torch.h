#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

namespace headscope {

/// How much of what a head writes a refit of the output weights of others could write instead, from
/// second moments alone.
///
/// With M the mean of z z^T over a text, z_j the attended values of head j and O_j its columns of
/// the output projection, what head i leaves of head j is the Schur complement
///
///   S = M_jj - M_ji (M_ii + r)^-1 M_ij,   r = ridge mean(diag(M)),
///
/// and the redundancy of j given i is 1 - tr(O_j S O_j^T) / tr(O_j M_jj O_j^T), in [0, 1]; 0 for a
/// head that writes nothing. Source: the error that optimal brain surgeon for structures leaves
/// (SlimGPT, arXiv 2412.18110), as a share.
///
/// `second`: M, [heads head_dim, heads head_dim]; `o`: [hidden, heads head_dim], both on one
/// device. Computes in float64. Values that are not finite come back as such.
/// Of pairs: the larger of both directions, a packed upper triangle.
std::vector<double> redundancy_of_pairs(const at::Tensor& second, const at::Tensor& o,
                                        std::int64_t head_dim, double ridge = 1e-3);

/// Of each head, [heads], with all other heads of the layer in the place of i.
std::vector<double> redundancy_of_heads(const at::Tensor& second, const at::Tensor& o,
                                        std::int64_t head_dim, double ridge = 1e-3);

}  // namespace headscope
