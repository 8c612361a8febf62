#include <algorithm>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/base/progress.h"
#include "core/evaluation/process_group_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"
#include "core/refit/distiller_torch.h"
#include "core/refit/fit_schedule.h"
#include "core/refit/output_fit_torch.h"
#include "core/refit/refit_engine.h"
#include "core/refit/removal_steps_torch.h"
#include "core/refit/rows_to_fit_torch.h"
#include "core/refit/sequence_states_torch.h"

namespace headscope {
namespace {

std::vector<std::int64_t> sorted(std::vector<std::int64_t> sequences) {
    std::ranges::sort(sequences);
    return sequences;
}

/// The original and variants of it, all sequences at once, layer by layer. Processes that a
/// launcher started together share the sequences and sum their moments.
class Lockstep {
    using Batch = SequenceStates::Batch;

  public:
    Lockstep(const Model& model, const RefitParams& params, const ProgressFn& progress)
        : model_(model.loaded()),
          config_(model_.checkpoint.config()),
          params_(params),
          schedule_(params, config_),
          all_sequences_(
              sorted(params.order.empty() ? params.windows->shuffled_order() : params.order)),
          shared_(shares_work(all_sequences_.size())),
          sequences_(own_share(all_sequences_)),
          forward_(model_, params.windows->window()),
          source_(model_),
          progress_(progress),
          // Before and behind a layer, and what the original writes there.
          batches_(model_, forward_, params.windows->window(), sequences_.size(),
                   2 * (params.variants.size() + 2) +
                       (params.rule.refit == Refit::output_and_mlp ? 2 : 0)) {
        for (const Variant& variant : schedule_.variants())
            result_.variants.push_back({variant, {}, {}, params.rule.target});
        variants_.resize(result_.variants.size());
        for (const auto& [layer, alternatives] : params.alternatives)
            result_.alternatives[layer].resize(alternatives.size());
        total_ = schedule_.passes() * std::ssize(sequences_);
    }

    RefitResult run(const std::stop_token& stop) {
        if (schedule_.last_layer() < 0) return std::move(result_);
        report();
        embed();
        source_.begin(0, stop);
        for (int layer = 0; layer <= schedule_.last_layer(); ++layer) {
            throw_if_stopped(stop);
            const LayerWeights& weights = source_.layer(layer);
            const std::int64_t passes = passes_;
            while (true) {
                try {
                    advance(layer, weights, stop);
                    break;
                } catch (const std::exception&) {
                    if (!shrink()) throw;
                    passes_ = passes;
                }
            }
        }
        return std::move(result_);
    }

  private:
    /// Makes the work of a layer take less memory; false where it cannot, or where that was not
    /// the trouble. To be called in a catch block.
    bool shrink() {
        // A layer computed again would be summed again, which the other processes do not await.
        if (shared_) return false;
        try {
            compat::rethrow_as_error();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::out_of_memory) return false;
        }
        if (!batches_.shrink(all_states())) return false;
        report("Memory ran out; going on with smaller batches");
        return true;
    }

    [[nodiscard]] std::vector<States*> all_states() {
        std::vector<States*> all{&original_};
        for (States& states : variants_)
            all.push_back(&states);
        return all;
    }

    void embed() {
        for (const std::int64_t sequence : sequences_) {
            const auto tokens = params_.windows->tokens(sequence);
            original_.push_back(batches_.held(forward_.embed(at::tensor(tokens, at::kLong))));
        }
    }

    void for_each_batch(
        const std::stop_token& stop, const std::function<void(const Batch&)>& run,
        const std::function<void(std::size_t)>& done = [](std::size_t) {}) {
        batches_.for_each_batch(stop, run, done, [&](std::size_t sequences) {
            passes_ += static_cast<std::int64_t>(sequences);
            report();
        });
    }

    /// What the original does in one layer, as far as something is fitted to it.
    struct Written {
        States attention;  ///< by the output projection
        States middle;     ///< the residual stream before the MLP
        States mlp;        ///< by the MLP's output projection
    };

    void advance(int layer, const LayerWeights& weights, const std::stop_token& stop) {
        const std::vector<FitGroup> fits = schedule_.groups(layer);
        const bool go_on = layer < schedule_.last_layer();
        Written written;
        States next(sequences_.size());
        if (go_on || !fits.empty()) next = pass_original(layer, weights, fits, written, stop);
        for (const FitGroup& group : fits)
            fit(layer, weights, group, written.attention, stop);
        if (!written.mlp.empty()) fit_mlps(layer, weights, written, stop);
        if (!go_on) return;
        std::vector<States> ahead(variants_.size());
        for (std::size_t v = 0; v < variants_.size(); ++v) {
            if (schedule_.source_of(v, layer + 1) < 0) continue;
            ahead[v].resize(sequences_.size());
            const AttentionWeights attention = merged(layer, weights, merge_of(v, layer));
            for_each_batch(stop, [&](const Batch& batch) {
                const at::Tensor hidden =
                    batches_.gather(states(schedule_.source_of(v, layer)), batch);
                batches_.scatter(forward_.layer(layer, weights, attention, hidden, /*spend=*/false),
                                 ahead[v], batch);
            });
        }
        original_ = std::move(next);
        variants_ = std::move(ahead);
    }

    /// Computes a layer of the original, and keeps what it writes where something is fitted to it.
    States pass_original(int layer, const LayerWeights& weights, const std::vector<FitGroup>& fits,
                         Written& written, const std::stop_token& stop) {
        States next(sequences_.size());
        if (!fits.empty()) written.attention.resize(sequences_.size());
        const bool mlp = schedule_.fits_mlp(layer);
        if (mlp) {
            written.middle.resize(sequences_.size());
            written.mlp.resize(sequences_.size());
        }
        for_each_batch(stop, [&](const Batch& batch) {
            const auto observe = [&](const AttentionActivity& activity) {
                if (written.attention.empty()) return;
                batches_.scatter(
                    ops::linear(activity.attended, weights.attention.o, weights.attention.o_bias),
                    written.attention, batch);
            };
            at::Tensor hidden = batches_.gather(original_, batch);
            if (mlp) {
                const at::Tensor middle = forward_.after_attention(
                    layer, weights, weights.attention, hidden, /*spend=*/false, observe);
                batches_.scatter(middle, written.middle, batch);
                const at::Tensor activated = forward_.activate(weights, middle);
                batches_.scatter(ops::linear(activated, weights.down, weights.down_bias),
                                 written.mlp, batch);
                hidden = forward_.after_mlp(weights, weights.attention, middle, activated,
                                            /*spend=*/false);
            } else {
                hidden = forward_.layer(layer, weights, weights.attention, std::move(hidden),
                                        /*spend=*/false, observe);
            }
            batches_.scatter(hidden, next, batch);
        });
        return next;
    }

    [[nodiscard]] const States& states(int source) const {
        return source < 0 ? original_ : variants_[static_cast<std::size_t>(source)];
    }

    [[nodiscard]] LayerMerge merge_of(std::size_t variant, int layer) const {
        const Variant& of = result_.variants[variant].variant;
        const auto found = of.find(layer);
        return found == of.end() ? LayerMerge{} : found->second;
    }

    [[nodiscard]] AttentionWeights merged(int layer, const LayerWeights& weights,
                                          const LayerMerge& merge) const {
        if (merge.empty()) return weights.attention;
        return merge_attention(weights.attention, merge, config_, config_.heads_of(layer),
                               model_.format);
    }

    void fit(int layer, const LayerWeights& weights, const FitGroup& group, const States& written,
             const std::stop_token& stop) {
        const AttentionWeights attention = merged(layer, weights, group.attention);
        const bool bias = attention.o_bias.defined();
        const bool residual = params_.rule.target == RefitTarget::residual && group.source >= 0;
        const OutputMoments moments = moments_of(
            [&](const Batch& batch) {
                const at::Tensor hidden = batches_.gather(states(group.source), batch);
                const RowsToFit rows{forward_.attend(layer, weights, attention, hidden),
                                     batches_.gather(written, batch)};
                if (!residual) return rows;
                const at::Tensor missing =
                    batches_.gather(original_, batch).to(at::kFloat) - hidden;
                return with_missing(rows.z, rows.y, missing,
                                    path_behind(weights.attention_output_norm));
            },
            bias, stop);
        const HeadCounts counts = config_.heads_of(layer);
        for (const Fit& fit : group.fits) {
            throw_if_stopped(stop);
            LayerMerge merge = fit.merge;
            const AttentionWeights left = merged(layer, weights, merge);
            OutputFit found =
                fit_output(moments,
                           distinct_heads(merge, static_cast<int>(counts.heads),
                                          static_cast<int>(counts.heads_per_kv_head())),
                           config_.head_dim, left.o, left.o_bias, params_.ridge);
            merge.output = std::make_shared<const FittedWeights>(std::move(found.weights));
            if (fit.variant < 0) {
                result_.alternatives[layer][fit.index] = std::move(merge);
                continue;
            }
            RefittedVariant& variant = result_.variants[static_cast<std::size_t>(fit.variant)];
            variant.variant[layer] = std::move(merge);
            note(variant.fits, {layer, found.before, found.after});
        }
    }

    /// Fits the output weights of the layer's MLP in each variant whose attention was fitted there;
    /// the alternatives of the layer take those of the first.
    void fit_mlps(int layer, const LayerWeights& weights, const Written& written,
                  const std::stop_token& stop) {
        const bool bias = weights.down_bias.defined();
        for (std::size_t v = 0; v < result_.variants.size(); ++v) {
            RefittedVariant& variant = result_.variants[v];
            const auto merge = variant.variant.find(layer);
            if (merge == variant.variant.end() || !merge->second.output) continue;
            const AttentionWeights attention = merged(layer, weights, merge->second);
            const OutputMoments moments = moments_of(
                [&](const Batch& batch) {
                    const at::Tensor middle = forward_.after_attention(
                        layer, weights, attention,
                        batches_.gather(states(schedule_.source_of(v, layer)), batch),
                        /*spend=*/false);
                    const RowsToFit rows{forward_.activate(weights, middle),
                                         batches_.gather(written.mlp, batch)};
                    if (params_.rule.target != RefitTarget::residual) return rows;
                    const at::Tensor missing =
                        batches_.gather(written.middle, batch).to(at::kFloat) - middle;
                    return with_missing(rows.z, rows.y, missing,
                                        path_behind(weights.mlp_output_norm));
                },
                bias, stop);
            OutputFit found = fit_output(moments, {{0}}, weights.down.size(1), weights.down,
                                         weights.down_bias, params_.ridge);
            merge->second.mlp = std::make_shared<const FittedWeights>(std::move(found.weights));
            note(variant.mlp_fits, {layer, found.before, found.after});
        }
        const auto alternatives = result_.alternatives.find(layer);
        if (alternatives == result_.alternatives.end()) return;
        for (LayerMerge& merge : alternatives->second)
            merge.mlp = merge_of(0, layer).mlp;
    }

    /// The sums over all sequences of the rows that `rows_of` gives.
    template <typename RowsOf>
    OutputMoments moments_of(const RowsOf& rows_of, bool bias, const std::stop_token& stop) {
        OutputMoments moments;
        std::vector<OutputMoments::Products> products(batches_.places());
        for_each_batch(
            stop,
            [&](const Batch& batch) {
                const RowsToFit rows = rows_of(batch);
                products[batch.place] = OutputMoments::products(rows.z, rows.y, bias);
            },
            [&](std::size_t place) { moments.add(std::exchange(products[place], {})); });
        if (shared_) moments.extend([](at::Tensor& sums) { ProcessGroup::instance().sum(sums); });
        return moments;
    }

    [[nodiscard]] PathToResidual path_behind(const at::Tensor& norm) const {
        return {norm, config_.rms_norm_eps, config_.scales.residual};
    }

    static void note(std::vector<LayerFit>& fits, const LayerFit& fit) {
        std::erase_if(fits, [&](const LayerFit& of) { return of.layer == fit.layer; });
        fits.push_back(fit);
    }

    void report(const std::string& note = {}) {
        progress_.report({"refitting", passes_, total_, "layer passes", note});
    }

    const LoadedModel& model_;
    const ModelConfig& config_;
    const RefitParams& params_;
    FitSchedule schedule_;
    std::vector<std::int64_t> all_sequences_;
    bool shared_;  ///< with other processes
    std::vector<std::int64_t> sequences_;
    ForwardPass forward_;
    LayerSource source_;
    ProgressThrottle progress_;
    SequenceStates batches_;
    std::int64_t passes_ = 0;
    std::int64_t total_ = 0;
    States original_;
    std::vector<States> variants_;  ///< [variants]; empty while they are the original's
    RefitResult result_;
};

RefitResult refit_outputs(const Model& model, const RefitParams& params, const ProgressFn& progress,
                          const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    compat::keep_freed_memory();
    const auto start = std::chrono::steady_clock::now();
    const compat::ThreadSetting setting(model.threads());
    try {
        RefitResult result = Lockstep(model, params, progress).run(stop);
        result.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return result;
    } catch (...) {
        compat::rethrow_as_error();
    }
}

void find_removal_steps_of(const Model& model, RemovalUnit unit,
                           std::vector<LayerCalibration>& calibration,
                           const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const compat::ThreadSetting setting(model.threads());
    try {
        find_steps(model.loaded(), unit, calibration, stop);
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace

const RefitEngine kRefitEngine{refit_outputs, find_removal_steps_of, make_distiller};

}  // namespace headscope
