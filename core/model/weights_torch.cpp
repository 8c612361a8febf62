#include "core/model/weights_torch.h"

#include <ATen/ATen.h>

#include "core/checkpoint/tensor_names.h"
#include "core/merging/apply_torch.h"

namespace headscope {
namespace {

at::ScalarType scalar_type(DType dtype) {
    switch (dtype) {
        case DType::bf16:
            return at::kBFloat16;
        case DType::f16:
            return at::kHalf;
        case DType::f32:
            return at::kFloat;
    }
    return at::kFloat;
}

/// A tensor where it lies in the mapped file; valid as long as `view` is, and never written to.
at::Tensor mapped(const TensorView& view) {
    // from_blob wants a writable pointer; the mapping itself is read-only.
    auto* data = const_cast<std::byte*>(view.bytes.data());
    return at::from_blob(data, view.shape, at::TensorOptions().dtype(scalar_type(view.dtype)));
}

class Loader {
  public:
    Loader(const Checkpoint& checkpoint, const WeightFormat& format)
        : checkpoint_(checkpoint), format_(format) {}

    /// The matrices (or the biases) `names`, one below the other, in the storage dtype.
    [[nodiscard]] at::Tensor stacked(const std::vector<std::string>& names) const {
        std::vector<TensorView> views;
        std::int64_t rows = 0;
        for (const std::string& name : names) {
            views.push_back(checkpoint_.tensor(name));
            rows += views.back().shape.at(0);
        }
        std::vector<std::int64_t> shape = views.front().shape;
        shape.front() = rows;
        at::Tensor all = at::empty(shape, at::TensorOptions().dtype(format_.storage));
        std::int64_t row = 0;
        for (const TensorView& view : views) {
            all.narrow(0, row, view.shape.at(0)).copy_(mapped(view).to(format_.compute));
            row += view.shape.at(0);
        }
        return all.to(format_.device);
    }

    /// A tensor in `dtype`, rounded to the compute dtype.
    [[nodiscard]] at::Tensor copy(const std::string& name, at::ScalarType dtype) const {
        const TensorView view = checkpoint_.tensor(name);
        return mapped(view)
            .to(format_.compute)
            .to(at::TensorOptions().device(format_.device).dtype(dtype), /*non_blocking=*/false,
                /*copy=*/true);
    }

  private:
    const Checkpoint& checkpoint_;
    const WeightFormat& format_;
};

}  // namespace

LayerWeights load_layer(const Checkpoint& checkpoint, int layer, const WeightFormat& format) {
    namespace names = tensor_names;
    const Loader loader(checkpoint, format);
    const ModelConfig& config = checkpoint.config();
    LayerWeights weights;
    weights.input_norm = loader.copy(names::input_norm(layer), at::kFloat);
    weights.attention.qkv =
        loader.stacked({names::q_proj(layer), names::k_proj(layer), names::v_proj(layer)});
    weights.attention.o = loader.stacked({names::o_proj(layer)});
    weights.post_attention_norm = loader.copy(names::post_attention_norm(layer), at::kFloat);
    weights.gate_up = loader.stacked({names::gate_proj(layer), names::up_proj(layer)});
    weights.down = loader.stacked({names::down_proj(layer)});
    if (config.qkv_bias) {
        weights.attention.qkv_bias =
            loader.stacked({names::q_bias(layer), names::k_bias(layer), names::v_bias(layer)});
    }
    if (config.o_bias) weights.attention.o_bias = loader.stacked({names::o_bias(layer)});
    if (config.qk_norm) {
        weights.q_norm = loader.copy(names::q_norm(layer), at::kFloat);
        weights.k_norm = loader.copy(names::k_norm(layer), at::kFloat);
    }
    if (config.mlp_bias) {
        weights.gate_up_bias = loader.stacked({names::gate_bias(layer), names::up_bias(layer)});
        weights.down_bias = loader.stacked({names::down_bias(layer)});
    }
    return weights;
}

OuterWeights load_outer(const Checkpoint& checkpoint, const WeightFormat& format) {
    namespace names = tensor_names;
    const Loader loader(checkpoint, format);
    OuterWeights weights;
    weights.embeddings = loader.copy(names::embeddings(), format.compute);
    weights.final_norm = loader.copy(names::final_norm(), at::kFloat);
    const bool tied = checkpoint.config().tie_word_embeddings;
    weights.output =
        tied && format.storage == format.compute
            ? weights.embeddings
            : loader.stacked({tied ? names::embeddings() : names::output_projection()});
    return weights;
}

AttentionWeights merge_attention(const AttentionWeights& original, const LayerMerge& merge,
                                 const ModelConfig& config, const WeightFormat& format) {
    const std::int64_t dim = config.head_dim;
    const std::int64_t q_rows = config.num_attention_heads * dim;
    const std::int64_t kv_rows = config.num_key_value_heads * dim;
    const auto wide_copy = [](const at::Tensor& t) {
        return t.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    };
    const auto rounded = [&](const at::Tensor& t) {
        return t.to(format.compute).to(format.storage);
    };
    const at::Tensor qkv = wide_copy(original.qkv);
    const at::Tensor o = wide_copy(original.o);
    AttentionProjections projections{qkv.narrow(0, 0, q_rows), qkv.narrow(0, q_rows, kv_rows),
                                     qkv.narrow(0, q_rows + kv_rows, kv_rows), o};
    at::Tensor bias;
    if (original.qkv_bias.defined()) {
        bias = wide_copy(original.qkv_bias);
        projections.q_bias = bias.narrow(0, 0, q_rows);
        projections.k_bias = bias.narrow(0, q_rows, kv_rows);
        projections.v_bias = bias.narrow(0, q_rows + kv_rows, kv_rows);
    }
    apply_merge(merge, dim, projections);
    return {rounded(qkv), rounded(o), bias.defined() ? rounded(bias) : bias, original.o_bias};
}

}  // namespace headscope
