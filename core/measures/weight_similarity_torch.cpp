#include "core/measures/weight_similarity_torch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/compat_torch.h"
#include "core/model/weight_reader_torch.h"
#include "core/similarity/gram.h"
#include "core/similarity/head_vectors.h"
#include "core/similarity/weights.h"

namespace headscope {
namespace {

at::ScalarType scalar_type(DType dtype) {
    return dtype == DType::bf16 ? at::kBFloat16 : dtype == DType::f16 ? at::kHalf : at::kFloat;
}

/// A block of each head, [heads, head_dim, hidden] in float32, scaled by a power of two for each
/// head that brings its largest weight near 1: fourth powers of weights must not leave float32.
at::Tensor scaled(const at::Tensor& blocks) {
    const at::Tensor largest = blocks.abs().amax(at::IntArrayRef{1, 2}, /*keepdim=*/true);
    const at::Tensor exponent = largest.log2().floor().clamp(-126, 126);
    return blocks * at::exp2(-exponent).masked_fill(largest == 0, 1.0);
}

/// Brings the projections of one layer after the other to a device and compares the heads there.
/// While the products of a layer are computed, the next layer is read.
class DeviceSimilarity {
  public:
    DeviceSimilarity(const Checkpoint& checkpoint, Measure measure, const c10::Device& device,
                     int threads)
        : checkpoint_(checkpoint),
          config_(checkpoint.config()),
          measure_(measure),
          projections_(projections_of(measure)),
          reader_(checkpoint, {dtype(), dtype(), device}, threads) {}

    void read(int layer, int slot, const std::stop_token& stop) {
        std::vector<at::Tensor>& to = slots_[static_cast<std::size_t>(slot)];
        const auto options = at::TensorOptions().device(reader_.format().device).dtype(dtype());
        to.resize(projections_.size());
        for (std::size_t p = 0; p < projections_.size(); ++p) {
            const HeadVectors vectors = head_vectors(checkpoint_, layer, projections_[p]);
            const bool fits =
                to[p].defined() && to[p].sizes() == at::IntArrayRef(vectors.tensor.shape);
            if (!fits) to[p] = at::empty(vectors.tensor.shape, options);
            reader_.add(part_of(projections_[p]), layer, to[p]);
        }
        reader_.begin_after_current();
        reader_.read(stop);
    }

    /// The dot products of all pairs of heads i <= j, [heads, heads] in float64 on the device.
    [[nodiscard]] at::Tensor products(int layer, int slot) {
        reader_.wait_on_current();
        return products_of(slots_[static_cast<std::size_t>(slot)], config_.heads_of(layer));
    }

    /// Libraries load and choose kernels at the first product of a shape, which takes as long as
    /// the products of all layers. Has them do so with zeros while the first layer is read.
    [[nodiscard]] std::jthread warm_up(int layer) const {
        return std::jthread([this, layer] {
            const c10::InferenceMode no_gradients;
            try {
                std::vector<at::Tensor> zeros;
                for (const Projection projection : projections_) {
                    zeros.push_back(at::zeros(
                        head_vectors(checkpoint_, layer, projection).tensor.shape,
                        at::TensorOptions().device(reader_.format().device).dtype(dtype())));
                }
                static_cast<void>(products_of(zeros, config_.heads_of(layer)));
            } catch (const std::exception&) {
                // Whatever it is, the work itself will meet it again and say so.
            }
        });
    }

    /// Throws for a weight of the layer that is NaN or infinite; returns where there is none.
    void require_finite_weights(int layer) const {
        for (const Projection projection : projections_)
            require_finite(head_vectors(checkpoint_, layer, projection).tensor);
    }

    [[nodiscard]] std::vector<int> first_equal(int layer) const {
        std::vector<HeadVectors> blocks;
        for (const Projection projection : projections_)
            blocks.push_back(head_vectors(checkpoint_, layer, projection));
        return first_equal_heads(blocks, heads(layer));
    }

    [[nodiscard]] int heads(int layer) const {
        return static_cast<int>(config_.heads_of(layer).heads);
    }

  private:
    /// The checkpoint's own dtype, so that nothing is rounded; float32 where it has several.
    [[nodiscard]] at::ScalarType dtype() const {
        const at::ScalarType first =
            scalar_type(head_vectors(checkpoint_, 0, projections_[0]).tensor.dtype);
        std::set<std::string> read;
        for (int layer = 0; layer < config_.num_hidden_layers; ++layer) {
            for (const Projection projection : projections_)
                read.insert(tensor_name(*config_.architecture, part_of(projection), layer));
        }
        for (const TensorInfo& info : checkpoint_.tensors())
            if (read.contains(info.name) && scalar_type(info.dtype) != first) return at::kFloat;
        return first;
    }

    [[nodiscard]] at::Tensor products_of(const std::vector<at::Tensor>& matrices,
                                         const HeadCounts& counts) const {
        std::vector<at::Tensor> blocks;
        for (std::size_t p = 0; p < projections_.size(); ++p)
            blocks.push_back(blocks_of(projections_[p], matrices[p].to(at::kFloat)));
        if (kind_of(measure_) == MeasureKind::circuit)
            return circuit_products(scaled(blocks[0]), scaled(blocks[1]), counts);
        // The scales of stacked blocks would change their shares.
        if (blocks.size() == 1) return expanded(block_products(scaled(blocks[0])), counts);
        at::Tensor sum = expanded(block_products(blocks[0]), counts);
        for (std::size_t p = 1; p < blocks.size(); ++p)
            sum = sum + expanded(block_products(blocks[p]), counts);
        return sum;
    }

    [[nodiscard]] at::Tensor blocks_of(Projection projection, const at::Tensor& matrix) const {
        if (projection != Projection::o)
            return matrix.view({-1, config_.head_dim, config_.hidden_size});
        return matrix.view({config_.hidden_size, -1, config_.head_dim}).permute({1, 2, 0});
    }

    /// In float32 over a row of the blocks, in float64 over the rows: long sums of squares lose the
    /// last digits.
    [[nodiscard]] static at::Tensor block_products(const at::Tensor& blocks) {
        const at::Tensor rows = blocks.transpose(0, 1);  // [head_dim, heads, hidden]
        return at::bmm(rows, rows.transpose(1, 2)).sum(0, /*keepdim=*/false, at::kDouble);
    }

    [[nodiscard]] static at::Tensor expanded(const at::Tensor& products, const HeadCounts& counts) {
        const std::int64_t served = counts.heads / products.size(0);
        if (served == 1) return products;
        return products.repeat_interleave(served, 0).repeat_interleave(served, 1);
    }

    /// <L_i, R_a R_b^T L_j> of head i of KV head a and head j of KV head b, where i <= j: a quarter
    /// to an eighth of the work of sum((L_i L_j^T) * (R_a R_b^T)) where KV heads serve several.
    [[nodiscard]] at::Tensor circuit_products(const at::Tensor& left, const at::Tensor& right,
                                              const HeadCounts& counts) const {
        const std::int64_t kv = counts.kv_heads;
        const std::int64_t served = counts.heads_per_kv_head();
        const std::int64_t dim = config_.head_dim;
        const at::Tensor rows = right.reshape({kv * dim, -1});
        const at::Tensor grams = at::mm(rows, rows.t()).view({kv, dim, kv, dim}).transpose(1, 2);
        at::Tensor products =
            at::zeros({counts.heads, counts.heads}, left.options().dtype(at::kDouble));
        for (std::int64_t a = 0; a < kv; ++a) {
            const std::int64_t first = a * served;
            const std::int64_t count = counts.heads - first;
            const at::Tensor forms = grams[a].narrow(0, a, kv - a).repeat_interleave(served, 0);
            const at::Tensor moved = at::bmm(forms, left.narrow(0, first, count));
            // In float32 over a row of the blocks, in float64 over the rows, as above.
            const at::Tensor own = left.narrow(0, first, served).transpose(0, 1);
            products.narrow(0, first, served)
                .narrow(1, first, count)
                .copy_(
                    at::bmm(own, moved.permute({1, 2, 0})).sum(0, /*keepdim=*/false, at::kDouble));
        }
        return products;
    }

    const Checkpoint& checkpoint_;
    const ModelConfig& config_;
    Measure measure_;
    std::span<const Projection> projections_;
    std::array<std::vector<at::Tensor>, 2> slots_;
    WeightReader reader_;  ///< after the slots, which its copies may still fill
};

SimilarityMatrix finish(const DeviceSimilarity& work, int layer, const at::Tensor& products) {
    const at::Tensor here = products.to(at::kCPU).contiguous();
    const double* values = here.data_ptr<double>();
    const int heads = work.heads(layer);
    std::vector<double> gram;
    for (int i = 0; i < heads; ++i)
        gram.insert(gram.end(), values + i * heads + i, values + (i + 1) * heads);
    if (!std::all_of(gram.begin(), gram.end(), [](double v) { return std::isfinite(v); })) {
        work.require_finite_weights(layer);
        fail(ErrorCode::unsupported,
             "layer {}: the squares of the weights leave the range of float32; use --device cpu",
             layer);
    }
    make_equal_heads_equal(work.first_equal(layer), gram);
    return {layer, heads, cosines(gram, heads)};
}

}  // namespace

std::vector<SimilarityMatrix> weight_similarity_on_device(const Checkpoint& checkpoint,
                                                          const SimilarityParams& params,
                                                          const std::string& device,
                                                          const ProgressFn& progress,
                                                          const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const int threads = params.workers > 0 ? params.workers : available_cores();
    const compat::ThreadSetting setting(threads);
    const std::vector<int> layers = choose_layers(checkpoint.config(), params.layers);
    ProgressThrottle throttle(progress);
    const auto report = [&](std::size_t done) {
        throttle.report({"similarity", static_cast<std::int64_t>(done),
                         static_cast<std::int64_t>(layers.size()), "layers"});
    };
    report(0);
    try {
        const c10::Device where(device);
        compat::start_device(where);
        DeviceSimilarity work(checkpoint, params.measure, where, threads);
        std::jthread warming;
        if (where.is_cuda() && !layers.empty()) warming = work.warm_up(layers.front());
        // A layer is read while the device has the one before it to do.
        std::vector<at::Tensor> products(layers.size());
        std::vector<SimilarityMatrix> matrices;
        const auto take = [&](std::size_t index) {
            matrices.push_back(finish(work, layers[index], products[index]));
            products[index].reset();
            report(matrices.size());
        };
        for (std::size_t i = 0; i < layers.size(); ++i) {
            throw_if_stopped(stop);
            work.read(layers[i], static_cast<int>(i % 2), stop);
            if (i > 0) take(i - 1);
            products[i] = work.products(layers[i], static_cast<int>(i % 2));
        }
        if (!layers.empty()) take(layers.size() - 1);
        return matrices;
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace headscope
