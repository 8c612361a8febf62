// Where the time of an evaluation goes. Whole evaluations of the demo model in float32 and bfloat16
// stand beside the bound that the machine's own rate of matrix products sets, measured in the same
// run; the parts of one window on one core say what takes the rest. Run it on an idle machine.

#include <chrono>
#include <thread>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <c10/core/InferenceMode.h>

#include "core/base/locations.h"
#include "core/base/openblas_kernels.h"
#include "core/base/parallel.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"
#include "core/merging/merge_plan.h"
#include "core/model/compat_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/rope_torch.h"

namespace {

using namespace headscope;

const Checkpoint& demo() {
    static const Checkpoint checkpoint = Checkpoint::open(demo_model_dir());
    return checkpoint;
}

const Model& model(bool bfloat16) {
    static const Model wide = Model::load(demo(), {"cpu", "float32", 0});
    static const Model narrow = Model::load(demo(), {"cpu", "bfloat16", 0});
    return bfloat16 ? narrow : wide;
}

std::shared_ptr<const Windows> windows(std::int64_t count) {
    return prepare_text(demo(), {{}, Protocol::gptq, 512, count}, cache_dir()).windows;
}

/// Multiplications and additions of the matrix products for one token; attention scores not
/// counted.
double product_flops_per_token(const ModelConfig& c) {
    const std::int64_t q = c.num_attention_heads * c.head_dim;
    const std::int64_t kv = c.num_key_value_heads * c.head_dim;
    const std::int64_t layer = c.hidden_size * (2 * q + 2 * kv + 3 * c.intermediate_size);
    return 2.0 * static_cast<double>(c.num_hidden_layers * layer + c.hidden_size * c.vocab_size);
}

/// The products of the forward pass alone, [512, 256] by the demo's weights, on all cores at once
/// as the evaluator runs them: FLOP/s. Taken once.
double matrix_rate() {
    static const double rate = [] {
        constexpr int kWindows = 60;
        compat::set_intra_op_threads(1);
        const LoadedModel& loaded = model(false).loaded();
        const at::Tensor x = at::rand({512, 256});
        const at::Tensor ffn = at::rand({512, 512});
        const auto start = std::chrono::steady_clock::now();
        parallel_for(kWindows, available_cores(), {}, [&](std::size_t, int) {
            const c10::InferenceMode no_gradients;
            at::set_num_threads(1);
            for (const LayerWeights& layer : loaded.layers) {
                at::linear(x, layer.attention.qkv);
                at::linear(x, layer.attention.o);
                at::linear(x, layer.gate_up);
                at::linear(ffn, layer.down);
            }
            for (int chunk = 0; chunk < 4; ++chunk)
                at::linear(x.narrow(0, 0, 128), loaded.outer.output);
        });
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return kWindows * 512 * product_flops_per_token(demo().config()) / seconds;
    }();
    return rate;
}

/// Tokens a second of whole evaluations, and the share of the bound that they reach.
void evaluate_demo(benchmark::State& state, bool bfloat16) {
    const auto text = windows(60);
    const double bound = matrix_rate() / product_flops_per_token(demo().config());
    double tokens = 0.0;
    double seconds = 0.0;
    for (auto _ : state) {
        const EvaluationResult result = evaluate(model(bfloat16), {{Variant{}}, text, {}});
        tokens += static_cast<double>(text->count() * text->window());
        seconds += result.seconds;
        benchmark::DoNotOptimize(result.scores.values.front().front().nll);
    }
    state.counters["tokens/s"] = tokens / seconds;
    state.counters["bound tokens/s"] = bound;
    state.counters["share of bound"] = tokens / seconds / bound;
    state.counters["GFLOP/s of products"] = matrix_rate() / 1e9;
}

/// The original and three thresholds, together or one by one.
void evaluate_variants(benchmark::State& state, bool together) {
    const auto text = windows(60);
    const auto matrices = compute_similarity(demo(), {}, {}, {});
    std::vector<Variant> variants(1);
    for (const double threshold : {0.98, 0.99, 0.995}) {
        variants.push_back(variant_of(make_merge_plan(matrices, demo().config(), {threshold})));
    }
    std::int64_t passes = 0;
    std::int64_t separate = 0;
    for (auto _ : state) {
        passes = separate = 0;
        if (together) {
            const EvaluationResult result = evaluate(model(false), {variants, text, {}});
            passes = result.layer_passes;
            separate = result.separate_layer_passes;
        } else {
            for (const Variant& variant : variants) {
                const EvaluationResult result = evaluate(model(false), {{variant}, text, {}});
                passes += result.layer_passes;
                separate += result.separate_layer_passes;
            }
        }
    }
    state.counters["layer passes"] = static_cast<double>(passes);
    state.counters["saved"] = static_cast<double>(separate - passes);
}

/// One step of the forward pass over one window on one core, as often as a window needs it.
template <typename Step>
void time_part(benchmark::State& state, int times, Step step) {
    const c10::InferenceMode no_gradients;
    compat::set_intra_op_threads(1);
    for (auto _ : state) {
        for (int i = 0; i < times; ++i)
            benchmark::DoNotOptimize(step());
    }
}

void register_parts() {
    static const c10::InferenceMode no_gradients;
    static const LoadedModel& loaded = model(false).loaded();
    static const LayerWeights& layer = loaded.layers.front();
    static const ops::AttentionLayout layout{1, 512, 16, 8, 16};
    static const ops::AttentionLayout sliding{1, 512, 16, 8, 16, 128};
    static const ops::RopeTable rope =
        make_rope_table(demo().config().rope, demo().config().head_dim, 512, c10::kCPU);
    static const at::Tensor hidden = at::rand({512, 256});
    static const at::Tensor ffn = at::rand({512, 512});
    static at::Tensor sum = at::rand({512, 256});
    static at::Tensor qkv = at::randn({512, 512});
    static const at::Tensor gate_up = at::randn({512, 1024});
    static const at::Tensor logits = at::randn({128, 4096});
    static const at::Tensor targets = at::randint(4096, {128}, at::kLong);
    const auto add = [](const char* name, int times, auto step) {
        benchmark::RegisterBenchmark(name, [times, step](benchmark::State& s) {
            time_part(s, times, step);
        })->Unit(benchmark::kMillisecond);
    };
    add("one window, one core/products of the layers", 6, [] {
        at::linear(hidden, layer.attention.qkv);
        at::linear(hidden, layer.attention.o);
        at::linear(hidden, layer.gate_up);
        return at::linear(ffn, layer.down);
    });
    add("one window, one core/product of the output", 4,
        [] { return at::linear(hidden.narrow(0, 0, 128), loaded.outer.output); });
    add("one window, one core/attention", 6, [] { return ops::causal_attention(qkv, layout); });
    add("one window, one core/attention over the last 128 keys", 6,
        [] { return ops::causal_attention(qkv, sliding); });
    add("one window, one core/loss", 4, [] { return ops::cross_entropy(logits, targets).nll; });
    add("one window, one core/swiglu", 6, [] { return ops::swiglu(gate_up); });
    add("one window, one core/norms", 13,
        [] { return ops::rms_norm(hidden, layer.attention_norm, 1e-5); });
    add("one window, one core/rotary", 6, [] {
        ops::rotate_in_place(qkv, rope, layout);
        return qkv;
    });
    add("one window, one core/residuals", 12, [] {
        ops::add_in_place(sum, hidden);
        return sum;
    });
    add("one window, one core/attention by library operations", 6,
        [] { return ops::reference::causal_attention(qkv, layout); });
    add("one window, one core/loss by library operations", 4,
        [] { return ops::reference::cross_entropy(logits, targets).nll; });
}

}  // namespace

int main(int argc, char** argv) {
    choose_openblas_kernels();
    benchmark::Initialize(&argc, argv);
    const auto add_whole = [](const char* name, auto function, bool flag) {
        benchmark::RegisterBenchmark(name, function, flag)
            ->Unit(benchmark::kSecond)
            ->UseRealTime()
            ->Iterations(2);
    };
    add_whole("evaluation/float32", evaluate_demo, false);
    add_whole("evaluation/bfloat16", evaluate_demo, true);
    add_whole("original and three thresholds/together", evaluate_variants, true);
    add_whole("original and three thresholds/one by one", evaluate_variants, false);
    register_parts();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
