#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/windows.h"
#include "core/merging/head_moments.h"
#include "core/model/model.h"
#include "core/similarity/similarity.h"

namespace headscope {

struct ObservationParams {
    std::vector<int> layers;  ///< in the order of the result; empty for all
    std::shared_ptr<const Windows> windows;
    bool attention = false;   ///< compare attention rows, which takes longest
    bool outputs = false;     ///< compare outputs, and tell how much each head adds
    bool moments = false;     ///< keep the moments of the outputs
    bool redundancy = false;  ///< of pairs and of single heads; see redundancy_torch.h
};

/// What the heads of one layer did over a text.
struct LayerObservation {
    int layer = 0;

    /// 1 - the mean over all tokens of the total variation distance, half the sum of absolute
    /// differences, of the rows of attention of two heads. In [0, 1].
    std::optional<SimilarityMatrix> attention;

    /// With z_i the attended value of head i and O_i its columns of o_proj: the cosine of O_i z_i
    /// and O_j z_j, what the heads add to the residual stream, over all tokens and dimensions.
    std::optional<SimilarityMatrix> output;

    /// Linear CKA of z_i and z_j (S. Kornblith et al., arXiv:1905.00414):
    /// ||C_ij||^2 / (||C_ii|| ||C_jj||), C the covariance over the tokens. In [0, 1]; blind to any
    /// rotation of a head's values, and to its output projection.
    std::optional<SimilarityMatrix> cka;

    /// 1 - tr(O_j S O_j^T) / tr(O_j M_jj O_j^T), the larger of both directions, S what a refit of
    /// the other head leaves of head j's second moments M_jj. In [0, 1].
    std::optional<SimilarityMatrix> redundancy;
    std::vector<double> head_redundancy;  ///< [heads], the same with all other heads as the other

    std::vector<double> usage;  ///< [heads], the mean over the tokens of ||O_i z_i||^2
    double residual = 0.0;  ///< the mean over the tokens of ||h||^2, h the state before the layer
    std::shared_ptr<const HeadMoments> moments;
};

/// Watches the heads in one forward pass of the model over the windows. What is kept of the text
/// are sums, so that memory does not grow with it: those of one layer at a time where the hidden
/// states of all windows fit into memory, otherwise those of all layers.
///
/// `progress` counts computations of a layer over a window. Heads with equal weights are exactly
/// alike; a head that adds nothing to the residual stream has an `output` of 0 with every other.
/// The result does not depend on the number of threads beyond rounding inside a matrix product.
///
/// Processes that a launcher started together (process_rank.h) share the windows when they all make
/// this call, and all get the same result, that of one process up to rounding.
///
/// Throws Error(cancelled) within one micro-batch of a stop request; Error(bad_input) for a layer
/// that the model does not have, and naming the tensor when weights hold NaN or infinity;
/// Error(unsupported) where values overflow in the model's dtype.
std::vector<LayerObservation> observe_heads(const Model& model, const ObservationParams& params,
                                            const ProgressFn& progress = {},
                                            const std::stop_token& stop = {});

}  // namespace headscope
