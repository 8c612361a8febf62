#include "core/similarity/block_similarity.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "core/base/parallel.h"
#include "core/similarity/gram.h"
#include "core/similarity/kernels.h"
#include "core/similarity/read_ahead.h"

namespace headscope {
namespace {

/// Elements of each head that a worker multiplies at a time: few enough that one layer occupies
/// many cores and a stop is noticed soon. It does not depend on the number of workers, and so
/// neither does the result.
constexpr std::int64_t kBlockColumns = kGramMaxColumns;

/// What is known of a layer while its blocks are being multiplied. The weights are opened by the
/// first worker that comes to the layer and let go by the last.
struct LayerWork {
    std::once_flag opened;
    std::vector<HeadVectors> vectors;        ///< of each projection
    std::vector<std::vector<double>> parts;  ///< packed dot products of each block
    std::atomic<std::size_t> blocks_left = 0;
};

/// Adds dot products of KV heads to those of the heads that they serve. Both are packed upper
/// triangles; with as many heads on both sides it is a plain sum.
void add_expanded(const std::vector<double>& part, int part_heads, std::vector<double>& gram,
                  int heads) {
    const int served = heads / part_heads;
    for (int i = 0; i < heads; ++i) {
        for (int j = i; j < heads; ++j) {
            gram[packed_index(heads, i, j)] +=
                part[packed_index(part_heads, i / served, j / served)];
        }
    }
}

class BlockSimilarityJob {
  public:
    BlockSimilarityJob(const Checkpoint& checkpoint, Measure measure, std::vector<int> layers,
                       const ProgressFn& progress)
        : checkpoint_(checkpoint),
          projections_(projections_of(measure)),
          layers_(std::move(layers)),
          most_(checkpoint.config().most_heads()),
          length_(checkpoint.config().head_dim * checkpoint.config().hidden_size),
          blocks_(static_cast<std::size_t>((length_ + kBlockColumns - 1) / kBlockColumns)),
          kernel_(*usable_gram_kernels().front()),
          work_(layers_.size()),
          matrices_(layers_.size()),
          progress_(progress) {}

    std::vector<SimilarityMatrix> run(int workers, const std::stop_token& stop) {
        report(0);
        std::vector<std::unique_ptr<GramScratch>> scratch(static_cast<std::size_t>(workers));
        const std::size_t of_layer = blocks_ * projections_.size();
        parallel_for(layers_.size() * of_layer, workers, stop, [&](std::size_t index, int worker) {
            auto& own = scratch[static_cast<std::size_t>(worker)];
            if (!own)
                own = std::make_unique<GramScratch>(kernel_, static_cast<int>(most_.heads),
                                                    static_cast<int>(most_.kv_heads));
            multiply_block(index / of_layer, index % of_layer, *own, stop);
        });
        return std::move(matrices_);
    }

  private:
    void open(std::size_t slot) {
        LayerWork& work = work_[slot];
        for (const Projection projection : projections_)
            work.vectors.push_back(head_vectors(checkpoint_, layers_[slot], projection));
        work.parts.resize(blocks_ * projections_.size());
        work.blocks_left = work.parts.size();
    }

    /// Block `index` of the layer: all of its first projection come before those of the second.
    void multiply_block(std::size_t slot, std::size_t index, GramScratch& scratch,
                        const std::stop_token& stop) {
        LayerWork& work = work_[slot];
        std::call_once(work.opened, [&] { open(slot); });
        const HeadVectors& vectors = work.vectors[index / blocks_];
        const std::size_t block = index % blocks_;
        if (block == 0) {
            read_ahead(vectors.tensor.bytes, stop);
            throw_if_stopped(stop);
        }
        const std::int64_t first = static_cast<std::int64_t>(block) * kBlockColumns;
        work.parts[index] = gram_of_columns(
            vectors, first, std::min(kBlockColumns, length_ - first), kernel_, scratch);
        if (--work.blocks_left == 0) finish(slot);
    }

    /// Adds the parts up in their order, so that the sum is the same in every run.
    void finish(std::size_t slot) {
        LayerWork& work = work_[slot];
        const auto heads = static_cast<int>(checkpoint_.config().heads_of(layers_[slot]).heads);
        std::vector<double> gram(packed_size(heads));
        for (std::size_t p = 0; p < projections_.size(); ++p) {
            const int part_heads = work.vectors[p].heads;
            std::vector<double> sum(packed_size(part_heads));
            for (std::size_t block = 0; block < blocks_; ++block) {
                const std::vector<double>& part = work.parts[p * blocks_ + block];
                std::transform(sum.begin(), sum.end(), part.begin(), sum.begin(), std::plus<>());
            }
            add_expanded(sum, part_heads, gram, heads);
        }
        work.parts = {};
        for (const HeadVectors& vectors : work.vectors)
            checkpoint_.release(vectors.tensor);  // the pages of all layers would add up
        work.vectors = {};
        matrices_[slot] = {layers_[slot], heads, cosines(gram, heads)};
        const std::scoped_lock lock(progress_mutex_);
        report(++layers_done_);
    }

    void report(std::int64_t done) {
        progress_.report({"similarity", done, static_cast<std::int64_t>(layers_.size()), "layers"});
    }

    const Checkpoint& checkpoint_;
    const std::span<const Projection> projections_;
    const std::vector<int> layers_;
    const HeadCounts most_;      ///< of any layer
    const std::int64_t length_;  ///< elements of a head's vector
    const std::size_t blocks_;   ///< blocks of a projection
    const GramKernel& kernel_;
    std::vector<LayerWork> work_;             ///< one for each chosen layer
    std::vector<SimilarityMatrix> matrices_;  ///< one for each chosen layer
    std::mutex progress_mutex_;
    std::int64_t layers_done_ = 0;
    ProgressThrottle progress_;
};

}  // namespace

std::vector<SimilarityMatrix> compute_block_similarity(const Checkpoint& checkpoint,
                                                       Measure measure,
                                                       const std::vector<int>& layers, int workers,
                                                       const ProgressFn& progress,
                                                       const std::stop_token& stop) {
    return BlockSimilarityJob(checkpoint, measure, layers, progress).run(workers, stop);
}

}  // namespace headscope
