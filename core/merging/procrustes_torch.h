#pragma once

#include <ATen/core/Tensor.h>

namespace headscope {

/// Orthogonal rotations under which some blocks agree best: generalised Procrustes analysis
/// (Gower 1975). With blocks B_a, of which R_a B_a are compared, and their products
/// links[a][b] = B_a B_b^T, the sum over a, b of tr(R_a links[a][b] R_b^T) is made as large as can
/// be: then the R_a B_a lie as close to their mean as can be. Links of several kinds of blocks may
/// be added up. The diagonal does not matter.
///
/// links: [n, n, d, d] with links[b][a] the transpose of links[a][b]. Returns [n, d, d], float64 on
/// the CPU, the first the identity. For two blocks that is the polar factor of their product, by
/// SVD (Schönemann 1966), and exact. For more, one rotation after the other is set to its best
/// (ten Berge 1977), until a round of them adds less than 1e-8 of the sum, or 100 rounds are over;
/// the sum never falls.
at::Tensor agreeing_rotations(const at::Tensor& links);

/// The same where only pairs of rows may be turned, each by an angle of its own. A pair (u, w) of
/// rows is the complex row u + i w, which an angle t turns to e^(it) (u + i w).
///
/// links: complex [n, n, pairs], links[a][b][m] = sum over columns of c_a conj(c_b) of pair m.
/// Returns the e^(it), complex128 [n, pairs] on the CPU, the first row 1. Closed form for n = 2.
at::Tensor agreeing_phases(const at::Tensor& links);

}  // namespace headscope
