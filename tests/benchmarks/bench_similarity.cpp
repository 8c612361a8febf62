// Similarity of all layers of a checkpoint of Llama-3.1-8B's shape, from a warm page cache, beside
// peers: the same products by the BLAS behind libtorch, and reading the same bytes without any
// work. For the measure qk-circuit the peer does one layer the direct way, which takes the products
// of all heads.
//   bench_similarity [--benchmark_...]
// HEADSCOPE_BENCH_DIR keeps the checkpoint (1.3 GiB on the disk); without it a temporary one is
// made. Peak_RssAnon_MB is the highest resident memory beside mapped files that was seen, above
// what the process held before; for the peers that of their own run.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/checkpoint/checkpoint.h"
#include "core/measures/compare_heads.h"
#include "core/similarity/similarity.h"
#include "tests/benchmarks/llama_shape.h"
#include "tests/support/llama_tensor_names.h"

namespace {

using namespace headscope;
namespace fs = std::filesystem;

constexpr LlamaShape kShape = kLlama31_8B;
constexpr int kLayers = static_cast<int>(kShape.num_hidden_layers);

/// The checkpoint's folder; removed in the end where it is a temporary one.
class Folder {
  public:
    Folder() {
        if (const char* kept = std::getenv("HEADSCOPE_BENCH_DIR")) {
            parent_ = kept;
        } else {
            std::string name = (fs::temp_directory_path() / "headscope-bench-XXXXXX").string();
            parent_ = ::mkdtemp(name.data());
            temporary_ = true;
        }
        std::uint64_t seed = 0;
        make_llama_folder(path(), kShape, [&](std::string_view name, std::span<std::byte> bytes) {
            if (name.ends_with("q_proj.weight") || name.ends_with("k_proj.weight"))
                fill_random(bytes, kShape.dtype, ++seed);
        });
    }
    ~Folder() {
        std::error_code ignored;
        if (temporary_) fs::remove_all(parent_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] fs::path path() const { return parent_ / "llama-3.1-8b-qk_proj"; }

  private:
    fs::path parent_;
    bool temporary_ = false;
};

const Checkpoint& checkpoint() {
    static const Folder folder;
    static const Checkpoint opened = Checkpoint::open(folder.path());
    return opened;
}

/// Resident memory that belongs to no file, in MB.
double anonymous_megabytes() {
    std::ifstream status("/proc/self/status");
    for (std::string key; status >> key;) {
        double kibibytes = 0.0;
        if (key == "RssAnon:" && status >> kibibytes) return kibibytes * 1024 / 1e6;
    }
    return 0.0;
}

/// Looks at the memory every millisecond while it lives.
class MemoryWatch {
  public:
    MemoryWatch()
        : before_(anonymous_megabytes()), thread_([this](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  peak_ = std::max(peak_, anonymous_megabytes());
                  std::this_thread::sleep_for(std::chrono::milliseconds(1));
              }
          }) {}

    double finish() {
        thread_.request_stop();
        thread_.join();
        return std::max(0.0, peak_ - before_);
    }

  private:
    double before_;
    double peak_ = 0.0;
    std::jthread thread_;
};

std::vector<TensorView> projections(bool with_keys) {
    std::vector<TensorView> views;
    for (int layer = 0; layer < kLayers; ++layer) {
        views.push_back(checkpoint().tensor(tensor_names::q_proj(layer)));
        if (with_keys) views.push_back(checkpoint().tensor(tensor_names::k_proj(layer)));
    }
    return views;
}

std::uint64_t sum_of_words(std::span<const std::byte> bytes) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + sizeof(sum) <= bytes.size(); i += sizeof(sum)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, sizeof(word));
        sum += word;
    }
    return sum;
}

/// Runs `work` as often as the benchmark asks and reports the weights' bytes a second.
template <typename Work>
void measure(benchmark::State& state, Work work, bool with_keys = false) {
    std::size_t bytes = 0;
    for (const TensorView& view : projections(with_keys)) {
        bytes += view.bytes.size();
        benchmark::DoNotOptimize(sum_of_words(view.bytes));  // warms the page cache
    }
    MemoryWatch memory;
    for (auto iteration : state)
        work();
    state.counters["Peak_RssAnon_MB"] = memory.finish();
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

/// The whole job; a checkpoint is opened for each, so that no page is mapped yet.
void similarity(benchmark::State& state) {
    measure(state, [&] {
        const Checkpoint fresh = Checkpoint::open(checkpoint().directory());
        SimilarityParams params;
        params.workers = static_cast<int>(state.range(0));
        benchmark::DoNotOptimize(compute_similarity(fresh, params, {}, {}));
    });
}

void qk_circuit(benchmark::State& state) {
    measure(
        state,
        [&] {
            const Checkpoint fresh = Checkpoint::open(checkpoint().directory());
            SimilarityParams params;
            params.measure = Measure::qk_circuit;
            params.workers = static_cast<int>(state.range(0));
            benchmark::DoNotOptimize(compute_similarity(fresh, params, {}, {}));
        },
        /*with_keys=*/true);
}

/// On the first GPU, with its libraries warm: the weights go there in every iteration.
void qk_circuit_on_cuda(benchmark::State& state) {
    HeadComparison comparison;
    comparison.measure = Measure::qk_circuit;
    comparison.compute.device = "cuda";
    const auto run = [&] {
        const Checkpoint fresh = Checkpoint::open(checkpoint().directory());
        benchmark::DoNotOptimize(compare_heads(fresh, comparison, {}));
    };
    try {
        run();
    } catch (const Error& error) {
        state.SkipWithError(error.what());
        return;
    }
    measure(state, run, /*with_keys=*/true);
}

/// Peer: one layer by sgemm, sum((Q Q^T) * (K K^T)) over the blocks of each pair of heads.
void torch_qk_circuit_of_one_layer(benchmark::State& state) {
    at::set_num_threads(static_cast<int>(state.range(0)));
    const auto floats = [](const TensorView& view) {
        auto* data = const_cast<std::byte*>(view.bytes.data());  // only read
        return at::from_blob(data, view.shape, at::kBFloat16).to(at::kFloat);
    };
    constexpr std::int64_t kv = kShape.num_key_value_heads;
    constexpr std::int64_t served = kShape.num_attention_heads / kv;
    constexpr std::int64_t dim = kShape.head_dim;
    for (auto iteration : state) {
        const at::Tensor q = floats(checkpoint().tensor(tensor_names::q_proj(0)));
        const at::Tensor k = floats(checkpoint().tensor(tensor_names::k_proj(0)));
        const at::Tensor heads = at::mm(q, q.t()).view({kv, served, dim, kv, served, dim});
        const at::Tensor keys = at::mm(k, k.t()).view({kv, 1, dim, kv, 1, dim});
        benchmark::DoNotOptimize((heads * keys).sum(at::IntArrayRef{2, 5}));
    }
}

/// The floor: every byte is read once.
void plain_read(benchmark::State& state) {
    measure(state, [&] {
        const Checkpoint fresh = Checkpoint::open(checkpoint().directory());
        std::atomic<std::uint64_t> total = 0;
        parallel_for(static_cast<std::size_t>(kLayers), static_cast<int>(state.range(0)), {},
                     [&](std::size_t layer, int) {
                         const int index = static_cast<int>(layer);
                         total += sum_of_words(fresh.tensor(tensor_names::q_proj(index)).bytes);
                     });
        benchmark::DoNotOptimize(total.load());
    });
}

/// Peer: each layer converted to float32 as a whole and multiplied with itself by sgemm.
void torch_mm(benchmark::State& state) {
    at::set_num_threads(static_cast<int>(state.range(0)));
    measure(state, [&] {
        const Checkpoint fresh = Checkpoint::open(checkpoint().directory());
        for (int layer = 0; layer < kLayers; ++layer) {
            const TensorView view = fresh.tensor(tensor_names::q_proj(layer));
            auto* data = const_cast<std::byte*>(view.bytes.data());  // only read
            const at::Tensor heads =
                at::from_blob(data,
                              {kShape.num_attention_heads, kShape.head_dim * kShape.hidden_size},
                              at::kBFloat16)
                    .to(at::kFloat);
            benchmark::DoNotOptimize(at::mm(heads, heads.t()));
        }
    });
}

void one_and_all_cores(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgName("workers")->Unit(benchmark::kMillisecond)->UseRealTime()->Arg(1);
    if (available_cores() > 1) benchmark->Arg(available_cores());
}

BENCHMARK(similarity)->Apply(one_and_all_cores);
BENCHMARK(plain_read)->Apply(one_and_all_cores);
BENCHMARK(torch_mm)->Apply(one_and_all_cores);
BENCHMARK(qk_circuit)->Apply(one_and_all_cores);
BENCHMARK(torch_qk_circuit_of_one_layer)->Apply(one_and_all_cores);
BENCHMARK(qk_circuit_on_cuda)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
