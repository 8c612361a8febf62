#include "core/similarity/similarity.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/checkpoint/tensor_names.h"
#include "core/similarity/gram.h"
#include "core/similarity/gram_kernels.h"
#include "core/similarity/read_ahead.h"

namespace headscope {

namespace {

constexpr std::array kMeasures = {Measure::q};

/// Columns that a worker multiplies at a time: few enough that one layer occupies many cores and a
/// stop is noticed soon. It does not depend on the number of workers, and so neither does the
/// result.
constexpr std::int64_t kBlockColumns = kGramMaxColumns;

HeadVectors head_vectors(const Checkpoint& checkpoint, int layer, Measure measure) {
    const ModelConfig& config = checkpoint.config();
    switch (measure) {
        case Measure::q:
            break;  // later measures choose other tensors here
    }
    return {checkpoint.tensor(tensor_names::q_proj(layer)),
            static_cast<int>(config.num_attention_heads), config.head_dim * config.hidden_size};
}

/// What is known of a layer while its blocks are being multiplied. The weights are opened by the
/// first worker that comes to the layer and let go by the last.
struct LayerWork {
    std::once_flag opened;
    HeadVectors vectors;
    std::vector<std::vector<double>> parts;  ///< packed dot products of each block
    std::atomic<std::size_t> blocks_left = 0;
};

class SimilarityJob {
  public:
    SimilarityJob(const Checkpoint& checkpoint, const SimilarityParams& params,
                  const ProgressFn& progress)
        : checkpoint_(checkpoint),
          measure_(params.measure),
          layers_(choose_layers(checkpoint.config(), params.layers)),
          heads_(static_cast<int>(checkpoint.config().num_attention_heads)),
          length_(checkpoint.config().head_dim * checkpoint.config().hidden_size),
          blocks_(static_cast<std::size_t>((length_ + kBlockColumns - 1) / kBlockColumns)),
          kernel_(*usable_gram_kernels().front()),
          work_(layers_.size()),
          matrices_(layers_.size()),
          progress_(progress) {}

    std::vector<SimilarityMatrix> run(int workers, const std::stop_token& stop) {
        report(0);
        std::vector<std::unique_ptr<GramScratch>> scratch(static_cast<std::size_t>(workers));
        parallel_for(layers_.size() * blocks_, workers, stop, [&](std::size_t index, int worker) {
            auto& own = scratch[static_cast<std::size_t>(worker)];
            if (!own) own = std::make_unique<GramScratch>(kernel_, heads_);
            multiply_block(index / blocks_, index % blocks_, *own, stop);
        });
        return std::move(matrices_);
    }

  private:
    void multiply_block(std::size_t slot, std::size_t block, const GramScratch& scratch,
                        const std::stop_token& stop) {
        LayerWork& work = work_[slot];
        std::call_once(work.opened, [&] {
            work.vectors = head_vectors(checkpoint_, layers_[slot], measure_);
            work.parts.resize(blocks_);
            work.blocks_left = blocks_;
        });
        if (block == 0) {
            read_ahead(work.vectors.tensor.bytes, stop);
            throw_if_stopped(stop);
        }
        const std::int64_t first = static_cast<std::int64_t>(block) * kBlockColumns;
        work.parts[block] = gram_of_columns(
            work.vectors, first, std::min(kBlockColumns, length_ - first), kernel_, scratch);
        if (--work.blocks_left == 0) finish(slot);
    }

    /// Adds the parts up in their order, so that the sum is the same in every run.
    void finish(std::size_t slot) {
        LayerWork& work = work_[slot];
        std::vector<double> gram(packed_size(heads_));
        for (const std::vector<double>& part : work.parts) {
            std::transform(gram.begin(), gram.end(), part.begin(), gram.begin(), std::plus<>());
        }
        work.parts = {};
        work.vectors = {};
        matrices_[slot] = {layers_[slot], heads_, cosines(gram, heads_)};
        const std::scoped_lock lock(progress_mutex_);
        report(++layers_done_);
    }

    void report(std::int64_t done) {
        progress_.report({"similarity", done, static_cast<std::int64_t>(layers_.size()), "layers"});
    }

    const Checkpoint& checkpoint_;
    const Measure measure_;
    const std::vector<int> layers_;
    const int heads_;
    const std::int64_t length_;  ///< elements of a head's vector
    const std::size_t blocks_;   ///< blocks of a layer
    const GramKernel& kernel_;
    std::vector<LayerWork> work_;             ///< one for each chosen layer
    std::vector<SimilarityMatrix> matrices_;  ///< one for each chosen layer
    std::mutex progress_mutex_;
    std::int64_t layers_done_ = 0;
    ProgressThrottle progress_;
};

}  // namespace

std::span<const Measure> all_measures() {
    return kMeasures;
}

std::string_view name_of(Measure measure) {
    switch (measure) {
        case Measure::q:
            return "q";
    }
    return "";
}

Measure parse_measure(std::string_view name) {
    std::string choices;
    for (const Measure measure : kMeasures) {
        if (name == name_of(measure)) return measure;
        choices += choices.empty() ? "" : ", ";
        choices += name_of(measure);
    }
    fail(ErrorCode::bad_input, "\"{}\" is no measure; choose one of: {}", name, choices);
}

double SimilarityMatrix::at(int i, int j) const {
    return values[static_cast<std::size_t>(i) * static_cast<std::size_t>(heads) +
                  static_cast<std::size_t>(j)];
}

double SimilarityMatrix::highest_off_diagonal() const {
    double highest = -1.0;
    for (int i = 0; i < heads; ++i) {
        for (int j = i + 1; j < heads; ++j)
            highest = std::max(highest, at(i, j));
    }
    return highest;
}

std::vector<int> choose_layers(const ModelConfig& config, const std::vector<int>& requested) {
    const auto count = static_cast<int>(config.num_hidden_layers);
    std::vector<int> layers = requested;
    if (layers.empty()) {
        layers.resize(static_cast<std::size_t>(count));
        std::iota(layers.begin(), layers.end(), 0);
    }
    for (const int layer : layers) {
        if (layer < 0 || layer >= count) {
            fail(ErrorCode::bad_input, "layer {} does not exist: the model has the layers 0 to {}",
                 layer, count - 1);
        }
    }
    return layers;
}

std::vector<SimilarityMatrix> compute_similarity(const Checkpoint& checkpoint,
                                                 const SimilarityParams& params,
                                                 const ProgressFn& progress,
                                                 const std::stop_token& stop) {
    const int workers = params.workers > 0 ? params.workers : available_cores();
    throw_if_stopped(stop);
    return SimilarityJob(checkpoint, params, progress).run(workers, stop);
}

}  // namespace headscope
