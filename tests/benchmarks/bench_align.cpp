// Merging one layer of random weights, plain and aligned, for layers of the shape of Llama-3.1-8B
// (32 heads, 8 KV heads) and Llama-2-7B (32 KV heads): 16 pairs of heads of different KV heads,
// three groups of four, and all heads in one group. Beside it a matrix product of the layer's size,
// as a measure of the machine.
//   bench_align [--benchmark_...]
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include "core/base/parallel.h"
#include "core/merging/apply_torch.h"
#include "core/merging/merge_plan.h"

namespace {

using namespace headscope;

ModelConfig shape(int kv_heads) {
    ModelConfig config;
    config.num_attention_heads = 32;
    config.num_key_value_heads = kv_heads;
    config.head_dim = 128;
    config.hidden_size = 4096;
    return config;
}

AttentionProjections random_layer(const ModelConfig& config) {
    at::manual_seed(1);
    const std::int64_t rows = config.num_attention_heads * config.head_dim;
    const std::int64_t kv_rows = config.num_key_value_heads * config.head_dim;
    return {at::randn({rows, config.hidden_size}), at::randn({kv_rows, config.hidden_size}),
            at::randn({kv_rows, config.hidden_size}), at::randn({config.hidden_size, rows})};
}

/// Pairs that make groups of `size` heads, of different KV heads where there are as many.
std::vector<HeadPair> pairs_of(int groups, int size) {
    std::vector<HeadPair> pairs;
    const int stride = 32 / size;
    for (int group = 0; group < groups; ++group) {
        for (int member = 1; member < size; ++member)
            pairs.push_back({group, group + member * stride, 1.0});
    }
    return pairs;
}

void merge(benchmark::State& state, Alignment align, int groups, int size) {
    at::set_num_threads(available_cores());
    const ModelConfig config = shape(static_cast<int>(state.range(0)));
    const AttentionProjections layer = random_layer(config);
    const MergeRule rule{0.0, Grouping::components, KvPolicy::average, align};
    const LayerMerge plan = make_layer_plan(0, pairs_of(groups, size), config, rule).merge;
    for (auto _ : state) {
        state.PauseTiming();
        AttentionProjections copy{layer.q.clone(), layer.k.clone(), layer.v.clone(),
                                  layer.o.clone()};
        state.ResumeTiming();
        apply_merge(plan, config.head_dim, copy);
        benchmark::DoNotOptimize(copy.q.data_ptr());
    }
}

void product(benchmark::State& state) {
    at::set_num_threads(available_cores());
    const at::Tensor a = at::randn({4096, 4096});
    for (auto _ : state)
        benchmark::DoNotOptimize(at::mm(a, a));
}

void shapes(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgName("kv_heads")->Unit(benchmark::kMillisecond)->UseRealTime()->Arg(8)->Arg(32);
}

BENCHMARK_CAPTURE(merge, pairs_plain, Alignment::none, 16, 2)->Apply(shapes);
BENCHMARK_CAPTURE(merge, pairs_aligned, Alignment::weights, 16, 2)->Apply(shapes);
BENCHMARK_CAPTURE(merge, fours_aligned, Alignment::weights, 3, 4)->Apply(shapes);
BENCHMARK_CAPTURE(merge, all_plain, Alignment::none, 1, 32)->Apply(shapes);
BENCHMARK_CAPTURE(merge, all_aligned, Alignment::weights, 1, 32)->Apply(shapes);
BENCHMARK(product)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
