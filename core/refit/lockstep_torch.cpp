#include <algorithm>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/evaluation/evaluation_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/device_memory_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"
#include "core/refit/output_fit_torch.h"
#include "core/refit/refit_engine.h"
#include "core/refit/removal_steps_torch.h"
#include "core/refit/rows_to_fit_torch.h"

namespace headscope {
namespace {

using States = std::vector<at::Tensor>;  ///< of each sequence, [tokens, hidden]

/// What decides which values a layer's output projection reads.
LayerMerge attention_part(LayerMerge merge) {
    merge.output.reset();
    merge.removed.clear();
    return merge;
}

/// The original and variants of it, all sequences at once, layer by layer.
class Lockstep {
  public:
    Lockstep(const Model& model, const RefitParams& params, const ProgressFn& progress)
        : model_(model.loaded()),
          config_(model_.checkpoint.config()),
          params_(params),
          sequences_(params.order.empty() ? params.windows->shuffled_order() : params.order),
          forward_(model_, params.windows->window()),
          source_(model_),
          progress_(progress) {
        std::sort(sequences_.begin(), sequences_.end());
        for (const Variant& variant : params.variants)
            result_.variants.push_back({variant, {}, params.target});
        if (result_.variants.empty()) result_.variants.resize(1);
        if (params.layers == RefitLayers::all) add_unchanged_layers();
        variants_.resize(result_.variants.size());
        for (const auto& [layer, alternatives] : params.alternatives)
            result_.alternatives[layer].resize(alternatives.size());
        last_ = last_layer();
        count_passes();
        choose_sizes();
    }

    RefitResult run(const std::stop_token& stop) {
        if (last_ < 0) return std::move(result_);
        report();
        embed();
        source_.begin(0, stop);
        for (int layer = 0; layer <= last_; ++layer) {
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
    /// One set of output weights to fit.
    struct Fit {
        LayerMerge merge;
        int variant = -1;       ///< whose layer it is; -1: an alternative
        std::size_t index = 0;  ///< of the alternative
    };

    /// Fits that share their moments.
    struct FitGroup {
        int source = -1;  ///< the variant whose states are read; -1: the original's
        LayerMerge attention;
        std::vector<Fit> fits;
    };

    /// Layers that no head of changes are fitted like the others.
    void add_unchanged_layers() {
        for (RefittedVariant& variant : result_.variants) {
            if (variant.variant.empty()) continue;
            for (int layer = variant.variant.begin()->first; layer < config_.num_hidden_layers;
                 ++layer)
                variant.variant.try_emplace(layer);
        }
    }

    [[nodiscard]] int last_layer() const {
        int last = params_.alternatives.empty() ? -1 : params_.alternatives.rbegin()->first;
        for (const RefittedVariant& variant : result_.variants) {
            if (!variant.variant.empty()) last = std::max(last, variant.variant.rbegin()->first);
        }
        if (last >= config_.num_hidden_layers)
            fail(ErrorCode::bad_input, "there is no layer {} to refit: the model has {}", last,
                 config_.num_hidden_layers);
        return last;
    }

    [[nodiscard]] int source_of(std::size_t variant, int layer) const {
        const Variant& of = result_.variants[variant].variant;
        return !of.empty() && of.begin()->first < layer ? static_cast<int>(variant) : -1;
    }

    [[nodiscard]] std::vector<FitGroup> groups(int layer) const {
        std::vector<FitGroup> groups;
        const auto add = [&](std::size_t variant, Fit fit) {
            if (fit.merge.empty() && params_.layers == RefitLayers::changed) return;
            const int source = source_of(variant, layer);
            LayerMerge attention = attention_part(fit.merge);
            auto found = std::find_if(groups.begin(), groups.end(), [&](const FitGroup& group) {
                return group.source == source && group.attention == attention;
            });
            if (found == groups.end())
                found = groups.insert(groups.end(), {source, std::move(attention), {}});
            found->fits.push_back(std::move(fit));
        };
        for (std::size_t v = 0; v < result_.variants.size(); ++v) {
            const auto merge = result_.variants[v].variant.find(layer);
            if (merge != result_.variants[v].variant.end())
                add(v, {merge->second, static_cast<int>(v)});
        }
        const auto alternatives = params_.alternatives.find(layer);
        if (alternatives != params_.alternatives.end()) {
            for (std::size_t i = 0; i < alternatives->second.size(); ++i)
                add(0, {alternatives->second[i], -1, i});
        }
        return groups;
    }

    void count_passes() {
        for (int layer = 0; layer <= last_; ++layer) {
            std::int64_t passes = 1 + static_cast<std::int64_t>(groups(layer).size());
            for (std::size_t v = 0; v < variants_.size(); ++v)
                passes += source_of(v, layer + 1) >= 0 ? 1 : 0;
            total_ += passes * std::ssize(sequences_);
        }
    }

    /// States are held on the device where they take at most half of what is free, otherwise on the
    /// host.
    void choose_sizes() {
        constexpr std::int64_t kTokensOfMicroBatch = 8192;
        const c10::Device device = model_.format.device;
        const std::int64_t budget = memory_budget(device, model_.memory_limit);
        const std::int64_t of_sequence =
            forward_.state_bytes() * 2 * static_cast<std::int64_t>(variants_.size() + 2);
        store_ = of_sequence * std::ssize(sequences_) <= budget / 2 ? device : c10::Device("cpu");
        const std::int64_t left =
            store_ == device ? budget - of_sequence * std::ssize(sequences_) : budget;
        const std::int64_t working = 2 * forward_.working_bytes(1);
        const std::int64_t most = std::max<std::int64_t>(1, left / working);
        if (device.is_cpu()) {
            at_once_ = std::min<std::int64_t>(most, spread_threads(model_).windows_at_once);
        } else {
            micro_batch_ = std::min<std::int64_t>(
                most, std::max<std::int64_t>(1, kTokensOfMicroBatch / params_.windows->window()));
        }
    }

    /// Makes the work of a layer take less memory; false where it cannot, or where that was not
    /// the trouble. To be called in a catch block.
    bool shrink() {
        try {
            compat::rethrow_as_error();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::out_of_memory) return false;
        }
        release_cached_memory(model_.format.device);
        if (micro_batch_ > 1 || at_once_ > 1) {
            micro_batch_ = std::max<std::int64_t>(1, micro_batch_ / 2);
            at_once_ = std::max<std::int64_t>(1, at_once_ / 2);
        } else if (!store_.is_cpu()) {
            store_ = c10::Device("cpu");
            for (States* states : all_states()) {
                for (at::Tensor& state : *states)
                    state = state.to(store_);
            }
        } else {
            return false;
        }
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
            original_.push_back(forward_.embed(at::tensor(tokens, at::kLong)).to(store_));
        }
    }

    /// The states of some sequences as one, on the device.
    [[nodiscard]] at::Tensor gather(const States& states, std::size_t first,
                                    std::size_t count) const {
        const at::Tensor one =
            count == 1 ? states[first]
                       : at::cat(std::vector<at::Tensor>(
                             states.begin() + static_cast<std::ptrdiff_t>(first),
                             states.begin() + static_cast<std::ptrdiff_t>(first + count)));
        return one.to(model_.format.device);
    }

    void scatter(const at::Tensor& from, States& to, std::size_t first, std::size_t count) const {
        const std::int64_t window = params_.windows->window();
        for (std::size_t i = 0; i < count; ++i) {
            const at::Tensor part = from.narrow(0, static_cast<std::int64_t>(i) * window, window);
            to[first + i] = count == 1 ? from.to(store_) : part.to(store_).clone();
        }
    }

    /// Calls run(first sequence, number of sequences, place) for all micro-batches, `place` of them
    /// at a time in threads, and done(place) for each of those in order.
    template <typename Run, typename Done>
    void for_each_batch(const std::stop_token& stop, Run run, Done done) {
        const std::size_t all = sequences_.size();
        const auto micro = static_cast<std::size_t>(micro_batch_);
        const auto at_once = static_cast<std::size_t>(at_once_);
        for (std::size_t first = 0; first < all; first += micro * at_once) {
            throw_if_stopped(stop);
            const std::size_t places = std::min(at_once, (all - first + micro - 1) / micro);
            const auto one = [&](std::size_t place) {
                const std::size_t begin = first + place * micro;
                run(begin, std::min(micro, all - begin), place);
            };
            if (places == 1) {
                one(0);
            } else {
                const compat::ThreadSetting one_each(1);
                parallel_for(places, static_cast<int>(places), stop, [&](std::size_t place, int) {
                    const c10::InferenceMode no_gradients;  // a setting of each thread
                    at::set_num_threads(1);
                    one(place);
                });
            }
            for (std::size_t place = 0; place < places; ++place)
                done(place);
            passes_ += static_cast<std::int64_t>(std::min(micro * at_once, all - first));
            report();
        }
    }

    void advance(int layer, const LayerWeights& weights, const std::stop_token& stop) {
        const std::vector<FitGroup> fits = groups(layer);
        States written(fits.empty() ? 0 : sequences_.size());
        const bool go_on = layer < last_;
        States next(sequences_.size());
        if (go_on || !fits.empty()) {
            for_each_batch(
                stop,
                [&](std::size_t first, std::size_t count, std::size_t) {
                    const auto observe = [&](const AttentionActivity& activity) {
                        if (written.empty()) return;
                        scatter(ops::linear(activity.attended, weights.attention.o,
                                            weights.attention.o_bias),
                                written, first, count);
                    };
                    scatter(
                        forward_.layer(layer, weights, weights.attention,
                                       gather(original_, first, count), /*spend=*/false, observe),
                        next, first, count);
                },
                [](std::size_t) {});
        }
        for (const FitGroup& group : fits)
            fit(layer, weights, group, written, stop);
        if (!go_on) return;
        std::vector<States> ahead(variants_.size());
        for (std::size_t v = 0; v < variants_.size(); ++v) {
            if (source_of(v, layer + 1) < 0) continue;
            ahead[v].resize(sequences_.size());
            const AttentionWeights attention = merged(layer, weights, refitted(v, layer));
            for_each_batch(
                stop,
                [&](std::size_t first, std::size_t count, std::size_t) {
                    scatter(forward_.layer(layer, weights, attention,
                                           gather(states(source_of(v, layer)), first, count),
                                           /*spend=*/false),
                            ahead[v], first, count);
                },
                [](std::size_t) {});
        }
        original_ = std::move(next);
        variants_ = std::move(ahead);
    }

    [[nodiscard]] const States& states(int source) const {
        return source < 0 ? original_ : variants_[static_cast<std::size_t>(source)];
    }

    [[nodiscard]] LayerMerge refitted(std::size_t variant, int layer) const {
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
        const bool residual = params_.target == RefitTarget::residual && group.source >= 0;
        OutputMoments moments;
        std::vector<OutputMoments::Products> products(static_cast<std::size_t>(at_once_));
        for_each_batch(
            stop,
            [&](std::size_t first, std::size_t count, std::size_t place) {
                const at::Tensor hidden = gather(states(group.source), first, count);
                RowsToFit rows{forward_.attend(layer, weights, attention, hidden),
                               gather(written, first, count)};
                if (residual) {
                    rows = with_missing(rows.z, rows.y,
                                        gather(original_, first, count).to(at::kFloat) - hidden,
                                        {weights.attention_output_norm, config_.rms_norm_eps,
                                         config_.scales.residual});
                }
                products[place] = OutputMoments::products(rows.z, rows.y, bias);
            },
            [&](std::size_t place) { moments.add(std::exchange(products[place], {})); });
        const HeadCounts counts = config_.heads_of(layer);
        for (const Fit& fit : group.fits) {
            throw_if_stopped(stop);
            LayerMerge merge = without_refit(fit.merge);
            const AttentionWeights left = merged(layer, weights, merge);
            OutputFit found =
                fit_output(moments,
                           distinct_heads(merge, static_cast<int>(counts.heads),
                                          static_cast<int>(counts.heads_per_kv_head())),
                           config_.head_dim, left.o, left.o_bias, params_.ridge);
            merge.output = std::make_shared<const OutputWeights>(std::move(found.weights));
            if (fit.variant < 0) {
                result_.alternatives[layer][fit.index] = std::move(merge);
                continue;
            }
            RefittedVariant& variant = result_.variants[static_cast<std::size_t>(fit.variant)];
            variant.variant[layer] = std::move(merge);
            std::erase_if(variant.fits, [&](const LayerFit& of) { return of.layer == layer; });
            variant.fits.push_back({layer, found.before, found.after});
        }
    }

    void report(const std::string& note = {}) {
        progress_.report({"refitting", passes_, total_, "layer passes", note});
    }

    const LoadedModel& model_;
    const ModelConfig& config_;
    const RefitParams& params_;
    std::vector<std::int64_t> sequences_;
    ForwardPass forward_;
    LayerSource source_;
    ProgressThrottle progress_;
    int last_ = -1;  ///< the last layer that is fitted
    c10::Device store_{"cpu"};
    std::int64_t micro_batch_ = 1;
    std::int64_t at_once_ = 1;  ///< micro-batches, each in a thread of its own
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

const RefitEngine kRefitEngine{refit_outputs, find_removal_steps_of};

}  // namespace headscope
