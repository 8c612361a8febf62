#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/sharing.h"
#include "core/evaluation/windows.h"
#include "core/merging/distill_curve.h"
#include "core/merging/refit_rule.h"
#include "core/merging/removal.h"
#include "core/model/model.h"

namespace headscope {

/// Other ways to change single layers of a variant, by layer.
using LayerAlternatives = std::map<int, std::vector<LayerMerge>>;

/// What is refitted, and on what.
struct RefitParams {
    std::vector<Variant> variants;           ///< whose changed layers are refitted
    std::shared_ptr<const Windows> windows;  ///< of the calibration text
    std::vector<std::int64_t> order = {};    ///< the sequences that are used; empty: all
    RefitRule rule = {Refit::output, RefitTarget::residual, RefitLayers::changed};
    double ridge = 1e-3;  ///< of the mean of the moments' diagonal
    /// Of the first variant: each alternative is refitted with the layers before it as they are in
    /// that variant.
    LayerAlternatives alternatives = {};
};

/// How well one layer of a variant could be fitted: the mean over the tokens of |y - O z|^2, as a
/// share of that of |y|^2, y being what the layer is to write.
struct LayerFit {
    int layer = 0;
    double before = 0.0;  ///< with the output weights that merging leaves
    double after = 0.0;   ///< refitted; never more
};

struct RefittedVariant {
    Variant variant;
    std::vector<LayerFit> fits;
    std::vector<LayerFit> mlp_fits;              ///< of Refit::output_and_mlp
    RefitTarget target = RefitTarget::residual;  ///< that was used
    DistillCurve distillation = {};              ///< empty where nothing was trained
};

struct RefitResult {
    std::vector<RefittedVariant> variants;
    LayerAlternatives alternatives;
    double seconds = 0.0;
};

/// Refits the output weights of the changed layers of each variant (optimal brain surgeon for
/// structures: SlimGPT, arXiv 2412.18110; biases: FLAP, arXiv 2312.11983). The original and the
/// variants go through the text in lockstep, layer by layer: with z [tokens, heads head_dim] the
/// input of the layer's output projection in the variant, and y the output of the original's (plus
/// what the variant's residual stream lacks, for RefitTarget::residual), O becomes
///
///   argmin sum |y - O z|^2 + ridge mean(diag(sum z z^T)) |O - O'|^2
///
/// over the columns of heads that still write, identical heads as one; O' are the columns that
/// merging left, so that the error on the text never rises. Later layers see what earlier refits
/// made. Moments are float32 products with float64 sums, solved by Cholesky in float64.
///
/// RefitLayers::all fits the unchanged layers behind the first changed one too: what they read has
/// changed, and with RefitTarget::residual they write a part of what is missing by then.
///
/// Refit::output_and_mlp fits the output weights of the layer's MLP in the same way, right after
/// those of its attention: z is then what the MLP activates in the variant, y what the original's
/// wrote, plus what the residual stream lacks behind the attention for RefitTarget::residual. Not
/// where the layer has experts. Alternatives keep the MLP of the first variant.
///
/// RefitTarget::automatic fits both on seven eighths of the sequences and takes, for each variant,
/// the target with the lower loss on the rest.
///
/// Processes that a launcher started together (process_rank.h) share the sequences when they all
/// make this call: the sums over their tokens are the same up to rounding, and all get the weights
/// of the first.
///
/// `progress` counts computations of a layer over a sequence. Throws Error(cancelled) within one
/// micro-batch of a stop request, Error(out_of_memory) where a single sequence does not fit,
/// Error(bad_input) for a text of no sequences, Error(unsupported) where values are not finite.
RefitResult refit(const Model& model, const RefitParams& params, const ProgressFn& progress = {},
                  const std::stop_token& stop = {});

/// Called while the weights of plan number `plan` are trained, with the curve so far.
using TrainingFn = std::function<void(std::size_t plan, const DistillCurve& curve)>;

/// Refits the plans whose rule asks for it, and trains what was fitted where it says so
/// (distill()): their layers' merges have the new output weights afterwards. All must have the same
/// rule for it. Returns how well each layer could be fitted, [plans].
std::vector<RefittedVariant> refit_plans(const Model& model,
                                         const std::shared_ptr<const Windows>& windows,
                                         const std::vector<MergePlan*>& plans,
                                         const ProgressFn& progress = {},
                                         const std::stop_token& stop = {},
                                         const TrainingFn& training = {});

/// Fills in the order in which the heads (KV heads, layers) of each layer may go, by the error that
/// a refit of the layer leaves (the Schur complement of the moments), as a share of the energy of
/// the residual stream: greedily, updated after each step. Needs the moments and the energy of the
/// layers. Throws Error(cancelled), and Error(bad_input) where they are missing.
void find_removal_steps(const Model& model, RemovalUnit unit,
                        std::vector<LayerCalibration>& calibration,
                        const std::stop_token& stop = {});

}  // namespace headscope
