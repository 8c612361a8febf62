#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/process_rank.h"
#include "core/evaluation/batch_sizes.h"
#include "core/evaluation/evaluation_torch.h"
#include "core/evaluation/process_group_torch.h"
#include "core/evaluation/weight_check_torch.h"
#include "core/measures/activation_measure_torch.h"
#include "core/measures/head_sums_torch.h"
#include "core/measures/measures_engine.h"
#include "core/measures/redundancy_torch.h"
#include "core/measures/similar_behaviour.h"
#include "core/measures/weight_similarity_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/device_memory_torch.h"
#include "core/model/layer_source_torch.h"

namespace headscope {
namespace {

/// Of the measures that keep sums of their own.
using OwnSums = std::map<Measure, std::unique_ptr<PairSums>>;

/// What is gathered of one layer.
struct LayerSums {
    HeadSums outputs;
    OwnSums own;
    double residual = 0.0;  ///< sum of squares of the hidden states before the layer
};

std::vector<std::int64_t> all_of(const Windows& windows) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(windows.count()));
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
}

/// One observation: super-chunks of windows through the layers, micro-batch by micro-batch.
/// Processes that a launcher started together share the windows and add up what they gathered.
class Observation {
  public:
    Observation(const Model& model, const ObservationParams& params, const ProgressFn& progress)
        : model_(model.loaded()),
          config_(model_.checkpoint.config()),
          params_(params),
          layers_(choose_layers(config_, params.layers)),
          last_(*std::max_element(layers_.begin(), layers_.end())),
          shared_(shares_work(static_cast<std::size_t>(params.windows->count()))),
          windows_(own_share(all_of(*params.windows))),
          forward_(model_, params.windows->window()),
          source_(model_),
          progress_(progress) {
        choose_sizes();
    }

    std::vector<LayerObservation> run(const std::stop_token& stop) {
        const auto windows = std::ssize(windows_);
        report();
        for (std::int64_t first = 0; first < windows; first += sizes_.super_chunk) {
            const std::int64_t count = std::min(sizes_.super_chunk, windows - first);
            watch(first, count, first + count == windows, stop);
        }
        std::vector<LayerObservation> found;
        for (const int layer : layers_)
            found.push_back(found_.at(layer));
        return found;
    }

  private:
    struct MicroBatch {
        std::int64_t windows = 0;
        at::Tensor hidden;
    };

    [[nodiscard]] bool wanted(int layer) const {
        return std::find(layers_.begin(), layers_.end(), layer) != layers_.end();
    }

    /// Whether the moments of the attended values are summed.
    [[nodiscard]] bool sums_outputs() const {
        return params_.usage || params_.moments || params_.redundancy ||
               std::ranges::any_of(params_.measures, [](Measure measure) {
                   return activation_measure(measure).from_moments != nullptr;
               });
    }

    [[nodiscard]] OwnSums new_own_sums() const {
        OwnSums sums;
        for (const Measure measure : params_.measures) {
            const ActivationMeasure& how = activation_measure(measure);
            if (how.own_sums != nullptr) sums.emplace(measure, how.own_sums());
        }
        return sums;
    }

    /// All windows at a time where their hidden states fit into half of what is free: then only one
    /// layer's sums exist. Otherwise as many as fit beside the sums of all layers.
    void choose_sizes() {
        constexpr std::int64_t kTokensOfMicroBatch = 8192;
        const c10::Device device = model_.format.device;
        const std::int64_t windows = std::ssize(windows_);
        const std::int64_t window = params_.windows->window();
        const std::int64_t of_layer = sums_outputs() ? HeadSums::bytes(config_) : 0;
        BatchNeeds needs;
        needs.budget = memory_budget(device, model_.memory_limit) / 2 - of_layer;
        for (const Measure measure : params_.measures) {
            const ActivationMeasure& how = activation_measure(measure);
            if (how.own_bytes != nullptr) needs.budget -= how.own_bytes(device);
        }
        if (device.is_cpu()) needs.budget -= 2 * source_.bytes_of_one();
        needs.state = forward_.state_bytes();
        // The attended values are held in float32 as well, twice.
        const std::int64_t copies = 2 * window * config_.most_heads().heads * config_.head_dim * 4;
        needs.working_of_one = forward_.working_bytes(1) + copies;
        needs.working_of_more = forward_.working_bytes(2) - forward_.working_bytes(1) + copies;
        needs.wanted_micro_batch =
            device.is_cpu() ? 1 : std::max<std::int64_t>(1, kTokensOfMicroBatch / window);
        needs.wanted_micro_batch = std::min(needs.wanted_micro_batch, windows);
        needs.wanted_super_chunk = windows;
        sizes_ = choose_batch_sizes(needs);
        if (sizes_.super_chunk < windows) {
            needs.budget -= of_layer * static_cast<std::int64_t>(layers_.size());
            sizes_ = choose_batch_sizes(needs);
        }
        // Small models run a window a thread, as in an evaluation.
        const std::int64_t left = needs.budget - sizes_.super_chunk * needs.state;
        at_once_ = static_cast<int>(std::clamp<std::int64_t>(
            left / needs.working_of_one, 1, spread_threads(model_).windows_at_once));
    }

    [[nodiscard]] std::vector<MicroBatch> embed(std::int64_t first, std::int64_t count) const {
        std::vector<MicroBatch> batches;
        for (std::int64_t window = 0; window < count; window += sizes_.micro_batch) {
            const std::int64_t taken = std::min(sizes_.micro_batch, count - window);
            std::vector<std::int64_t> ids;
            for (std::int64_t w = 0; w < taken; ++w) {
                const auto tokens =
                    params_.windows->tokens(windows_[static_cast<std::size_t>(first + window + w)]);
                ids.insert(ids.end(), tokens.begin(), tokens.end());
            }
            batches.push_back({taken, forward_.embed(at::tensor(ids, at::kLong))});
        }
        return batches;
    }

    void watch(std::int64_t first, std::int64_t count, bool last_chunk,
               const std::stop_token& stop) {
        throw_if_stopped(stop);
        std::vector<MicroBatch> batches = embed(first, count);
        source_.begin(0, stop);
        for (int layer = 0; layer <= last_; ++layer) {
            const LayerWeights& weights = source_.layer(layer);
            const auto at_once = static_cast<std::size_t>(at_once_);
            for (std::size_t batch = 0; batch < batches.size(); batch += at_once) {
                const auto group =
                    std::span(batches).subspan(batch, std::min(at_once, batches.size() - batch));
                advance(layer, weights, group, stop);
            }
            if (last_chunk && wanted(layer)) finish(layer, weights.attention.o);
        }
    }

    /// What is taken from one micro-batch; sums are added up in the order of the windows, so that
    /// threads change nothing.
    struct Taken {
        at::Tensor attended;
        OwnSums own;
        double residual = 0.0;
    };

    void advance(int layer, const LayerWeights& weights, std::span<MicroBatch> batches,
                 const std::stop_token& stop) {
        std::vector<Taken> taken(batches.size());
        const bool watched = wanted(layer);
        const auto run = [&](std::size_t index) {
            AttentionObserver observer;
            if (watched) {
                taken[index].own = new_own_sums();
                observer = [&](const AttentionActivity& activity) {
                    taken[index].attended = activity.attended;
                    for (const auto& [measure, sums] : taken[index].own)
                        sums->add(activity);
                };
            }
            MicroBatch& batch = batches[index];
            if (watched && params_.usage) {
                taken[index].residual =
                    batch.hidden.to(at::kFloat).square().sum(at::kDouble).item<double>();
            }
            batch.hidden = forward_.layer(layer, weights, weights.attention,
                                          std::move(batch.hidden), /*spend=*/true, observer);
        };
        if (batches.size() == 1) {
            throw_if_stopped(stop);
            run(0);
        } else {
            const compat::ThreadSetting one_each(1);
            parallel_for(batches.size(), at_once_, stop, [&](std::size_t index, int) {
                const c10::InferenceMode no_gradients;  // a setting of each thread
                at::set_num_threads(1);
                run(index);
            });
        }
        for (std::size_t index = 0; index < batches.size(); ++index) {
            if (watched) add(sums_[layer], taken[index]);
            passes_ += batches[index].windows;
            report();
        }
    }

    void add(LayerSums& sums, const Taken& taken) const {
        if (sums_outputs()) sums.outputs.add(taken.attended, config_);
        sums.residual += taken.residual;
        if (sums.own.empty()) sums.own = new_own_sums();
        for (const auto& [measure, own] : sums.own)
            own->add(*taken.own.at(measure));
    }

    void finish(int layer, const at::Tensor& o) {
        LayerSums sums = std::move(sums_.extract(layer).mapped());
        if (shared_) extend(sums);
        LayerObservation& found = found_[layer];
        found.layer = layer;
        for (const Measure measure : params_.measures)
            found.similarity.emplace(measure, similarity(measure, layer, sums, o));
        if (params_.redundancy) {
            found.redundancy = redundancy_of_heads(sums.outputs.second(), o, config_.head_dim);
            require_finite_values(layer, found.redundancy);
        }
        if (params_.usage) {
            const std::vector<double> products = sums.outputs.outputs(o);
            require_finite_values(layer, products);
            found.usage = diagonal_of(layer, products);
            found.residual = sums.residual / static_cast<double>(params_.windows->count() *
                                                                 params_.windows->window());
        }
        if (params_.moments) {
            found.moments = std::make_shared<const HeadMoments>(sums.outputs.moments(layer));
        }
    }

    [[nodiscard]] SimilarityMatrix similarity(Measure measure, int layer, const LayerSums& sums,
                                              const at::Tensor& o) const {
        const ActivationMeasure& how = activation_measure(measure);
        const std::vector<double> values = how.from_moments != nullptr
                                               ? how.from_moments(sums.outputs, o)
                                               : sums.own.at(measure)->values();
        require_finite_values(layer, values);
        return how.values == ActivationMeasure::Values::products
                   ? product_similarity(model_.checkpoint, measure, layer, values)
                   : distance_similarity(model_.checkpoint, measure, layer, values);
    }

    /// Over the windows of the other processes too.
    void extend(LayerSums& sums) const {
        ProcessGroup& group = ProcessGroup::instance();
        const auto over_others = [&](at::Tensor& values) { group.sum(values); };
        for (const auto& [measure, own] : sums.own)
            own->extend(over_others);
        if (!sums_outputs()) return;
        sums.outputs.extend(over_others, group.place().first());
        std::vector<double> residual{sums.residual};
        group.sum(residual, c10::kCPU);
        sums.residual = residual.front();
    }

    void require_finite_values(int layer, const std::vector<double>& values) const {
        if (std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
            return;
        }
        require_finite_weights(model_);
        fail(
            ErrorCode::unsupported,
            "the attention of layer {} is not a number in {}: values overflow; use --dtype float32",
            layer, name_of(model_.dtype));
    }

    [[nodiscard]] std::vector<double> diagonal_of(int layer,
                                                  const std::vector<double>& products) const {
        std::vector<double> diagonal;
        const auto heads = static_cast<std::size_t>(config_.heads_of(layer).heads);
        for (std::size_t head = 0, at = 0; head < heads; at += heads - head, ++head)
            diagonal.push_back(products[at]);
        return diagonal;
    }

    void report() {
        progress_.report(
            {"calibrating", passes_, std::ssize(windows_) * (last_ + 1), "layer passes"});
    }

    const LoadedModel& model_;
    const ModelConfig& config_;
    const ObservationParams& params_;
    const std::vector<int> layers_;
    const int last_;                           ///< the last layer that has to run
    const bool shared_;                        ///< with other processes
    const std::vector<std::int64_t> windows_;  ///< that this process computes
    ForwardPass forward_;
    LayerSource source_;
    ProgressThrottle progress_;
    BatchSizes sizes_;
    int at_once_ = 1;  ///< micro-batches, each in a thread of its own
    std::int64_t passes_ = 0;
    std::map<int, LayerSums> sums_;
    std::map<int, LayerObservation> found_;
};

std::vector<LayerObservation> observe(const Model& model, const ObservationParams& params,
                                      const ProgressFn& progress, const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    compat::keep_freed_memory();
    const compat::ThreadSetting setting(model.threads());
    try {
        return Observation(model, params, progress).run(stop);
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace

const MeasuresEngine kMeasuresEngine{observe, weight_similarity_on_device};

}  // namespace headscope
