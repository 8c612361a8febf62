#include "core/difference/model_difference.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/difference/difference_engine.h"
#include "core/model/engine_module.h"
#include "core/similarity/similarity.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {
namespace {

using Clock = std::chrono::steady_clock;

const DifferenceEngine& engine() {
    return engine_table<DifferenceEngine>(kDifferenceEngineSymbol);
}

std::string name_of(const Checkpoint& checkpoint) {
    return checkpoint.path().string();
}

/// The error that `check` throws; none where it passes.
template <typename Check>
std::optional<NotCompared> failure_of(const Check& check) {
    try {
        check();
    } catch (const Error& error) {
        return NotCompared{error};
    }
    return std::nullopt;
}

/// Throws where no head of the first model can be a head of the second.
void require_same_shape(const Checkpoint& first, const Checkpoint& second) {
    const ModelConfig& a = first.config();
    const ModelConfig& b = second.config();
    if (a.num_hidden_layers != b.num_hidden_layers) {
        fail(ErrorCode::unsupported,
             "the models have {} and {} layers, so their heads cannot be matched",
             a.num_hidden_layers, b.num_hidden_layers);
    }
    if (a.hidden_size != b.hidden_size) {
        fail(ErrorCode::unsupported,
             "the models have {} and {} as hidden size, so their heads cannot be matched",
             a.hidden_size, b.hidden_size);
    }
    if (a.head_dim != b.head_dim) {
        fail(ErrorCode::unsupported,
             "the models have {} and {} as head size, so their heads cannot be matched", a.head_dim,
             b.head_dim);
    }
}

/// Why the text cannot be read by both; none where it can.
std::optional<NotCompared> why_no_tokenizer(const Checkpoint& checkpoint) {
    const auto cause = failure_of([&] { static_cast<void>(tokenizer_of(checkpoint)); });
    if (!cause) return std::nullopt;
    auto reason = failure_of([&] {
        fail(ErrorCode::unsupported, "{} cannot read a text, so only the weights are compared",
             name_of(checkpoint));
    });
    reason->cause = cause->why;
    return reason;
}

/// One comparison, step by step; a step leaves what the next needs in the members.
class Comparing {
  public:
    Comparing(const Checkpoint& first, const Checkpoint& second, const DifferenceParams& params,
              const ProgressFn& progress, const std::stop_token& stop)
        : first_(first),
          second_(second),
          params_(params),
          progress_(progress),
          stop_(stop),
          threads_(params.compute.threads > 0 ? params.compute.threads : available_cores()) {}

    ModelDifference run() {
        if (!is_cosine_of_weights(params_.measure)) {
            fail(ErrorCode::bad_input,
                 "{} compares heads of one model alone; heads of two models are matched by their "
                 "weights: {}",
                 headscope::name_of(params_.measure), measure_names(is_cosine_of_weights));
        }
        match();
        found_.tensors = engine().subtract(first_, second_, threads_, progress_, stop_);
        if (params_.weights_only) {
            found_.no_evaluation =
                failure_of([] { fail(ErrorCode::unsupported, "only the weights were asked for"); });
        } else {
            evaluate();
        }
        return std::move(found_);
    }

  private:
    void match() {
        found_.no_matches = failure_of([&] { require_same_shape(first_, second_); });
        if (found_.no_matches) return;
        const std::vector<int> layers = choose_layers(first_.config(), params_.layers);
        found_.layers = engine().match_heads(first_, second_, params_.measure, layers, threads_,
                                             progress_, stop_);
    }

    void evaluate() {
        for (const Checkpoint* checkpoint : {&first_, &second_}) {
            found_.no_evaluation = why_no_tokenizer(*checkpoint);
            if (found_.no_evaluation) return;
        }
        TextOptions options = params_.text;
        if (options.window == 0 || options.window == kLongestWindow) {
            const std::int64_t shorter = std::min(first_.config().max_position_embeddings,
                                                  second_.config().max_position_embeddings);
            options.window =
                options.window == 0 ? default_window(options.protocol, shorter) : shorter;
        }
        PairedEvaluation paired;
        paired.text = prepare_text(first_, options, params_.cache_dir, stop_);
        const PreparedText its = prepare_text(second_, options, params_.cache_dir, stop_);
        if (paired.text.token_ids_sha256 != its.token_ids_sha256) {
            found_.no_evaluation = failure_of([&] {
                fail(ErrorCode::unsupported,
                     "the tokenizers differ: they read {} as {} and {} tokens that are not the "
                     "same, so only the weights are compared",
                     its.corpus_name, paired.text.token_count, its.token_count);
            });
            return;
        }
        const bool divergence = first_.config().vocab_size == second_.config().vocab_size;
        if (!divergence) {
            found_.no_divergence = failure_of([&] {
                fail(ErrorCode::unsupported,
                     "the vocabularies have {} and {} tokens, so there is no KL divergence",
                     first_.config().vocab_size, second_.config().vocab_size);
            });
        }
        ComputeOptions compute = params_.compute;
        compute.memory_limit /= 2;
        const Model first = Model::load(first_, compute, progress_, stop_);
        const Model second = Model::load(second_, compute, progress_, stop_);
        paired.dtype = headscope::name_of(first.dtype());
        paired.device = first.device();
        const auto start = Clock::now();
        paired.scores =
            engine().score_pair(first, second, *paired.text.windows, divergence, progress_, stop_);
        paired.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        found_.evaluation = std::move(paired);
    }

    const Checkpoint& first_;
    const Checkpoint& second_;
    const DifferenceParams& params_;
    const ProgressFn& progress_;
    const std::stop_token& stop_;
    int threads_;
    ModelDifference found_;
};

double ratio(double difference, double norm) {
    if (norm > 0.0) return difference / norm;
    return difference > 0.0 ? std::numeric_limits<double>::infinity() : 0.0;
}

/// "model.layers.5.self_attn.q_proj.weight" as "self_attn.q_proj.weight".
std::string part_name(const std::string& tensor) {
    constexpr std::string_view kLayers = "layers.";
    const std::size_t layers = tensor.find(kLayers);
    if (layers == std::string::npos) return tensor;
    const std::size_t end = tensor.find('.', layers + kLayers.size());
    return end == std::string::npos ? tensor : tensor.substr(end + 1);
}

}  // namespace

std::string NotCompared::text() const {
    return cause ? fmt::format("{} ({})", why.what(), cause->what()) : why.what();
}

bool ModelDifference::empty() const {
    return layers.empty() && tensors.tensors.empty() && !evaluation;
}

double TensorDifference::relative() const {
    return ratio(difference, norm);
}

std::vector<PartDifference> by_part(const std::vector<TensorDifference>& tensors) {
    struct Sums {
        double norm = 0.0;
        double difference = 0.0;
    };
    std::map<std::string, std::size_t> places;
    std::vector<PartDifference> parts;
    std::vector<Sums> sums;
    for (const TensorDifference& tensor : tensors) {
        const std::string name = part_name(tensor.name);
        const auto [place, added] = places.emplace(name, parts.size());
        if (added) {
            parts.push_back({name, 0, 0.0, tensor.name, tensor.relative()});
            sums.emplace_back();
        }
        PartDifference& part = parts[place->second];
        Sums& sum = sums[place->second];
        ++part.tensors;
        sum.norm = std::hypot(sum.norm, tensor.norm);
        sum.difference = std::hypot(sum.difference, tensor.difference);
        part.relative = ratio(sum.difference, sum.norm);
        if (tensor.relative() > part.most) {
            part.most = tensor.relative();
            part.most_changed = tensor.name;
        }
    }
    return parts;
}

ModelDifference compare_models(const Checkpoint& first, const Checkpoint& second,
                               const DifferenceParams& params, const ProgressFn& progress,
                               const std::stop_token& stop) {
    return Comparing(first, second, params, progress, stop).run();
}

}  // namespace headscope
