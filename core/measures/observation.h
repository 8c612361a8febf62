#pragma once

#include <cstdint>
#include <map>
#include <memory>
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
    std::vector<Measure> measures = {};  ///< of behaviour; attention takes longest
    bool usage = false;                  ///< tell how much each head adds
    bool moments = false;                ///< keep the moments of the outputs
    bool redundancy = false;             ///< of single heads; see redundancy_torch.h
};

/// What the heads of one layer did over a text.
struct LayerObservation {
    int layer = 0;

    std::map<Measure, SimilarityMatrix> similarity;  ///< by each measure that was asked for

    /// [heads], with z_i the attended value of head i and O_i its columns of o_proj:
    /// 1 - tr(O_i S O_i^T) / tr(O_i M_ii O_i^T), S what a refit of all other heads leaves of the
    /// head's second moments M_ii. In [0, 1].
    std::vector<double> redundancy;
    std::vector<double> usage;  ///< [heads], the mean over the tokens of ||O_i z_i||^2
    double residual = 0.0;  ///< the mean over the tokens of ||h||^2, h the state before the layer
    std::shared_ptr<const HeadMoments> moments;
};

/// Watches the heads in one forward pass of the model over the windows. What is kept of the text
/// are sums, so that memory does not grow with it: those of one layer at a time where the hidden
/// states of all windows fit into memory, otherwise those of all layers.
///
/// `progress` counts computations of a layer over a window. Heads with equal weights are exactly
/// alike; a head that adds nothing to the residual stream is like no other by what it adds.
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
