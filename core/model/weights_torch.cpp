#include "core/model/weights_torch.h"

#include <initializer_list>
#include <vector>

#include <ATen/ATen.h>

#include "core/architecture/tensor_map.h"
#include "core/merging/apply_torch.h"

namespace headscope {
namespace {

/// Adds parts, which lie one below the other in `to`; none where `to` is undefined.
void add_stacked(WeightReader& reader, const ModelConfig& config, int layer,
                 std::initializer_list<Part> parts, const at::Tensor& to, int expert = 0) {
    if (!to.defined()) return;
    std::int64_t row = 0;
    for (const Part part : parts) {
        const std::int64_t rows = shape_of(config, part, layer).front();
        reader.add(part, layer, to.narrow(0, row, rows), 0.0, expert);
        row += rows;
    }
}

/// The same of each expert, or of the one feed-forward part.
void add_experts(WeightReader& reader, const ModelConfig& config, int layer,
                 std::initializer_list<Part> parts, const at::Tensor& to) {
    if (config.experts.count == 0 || !to.defined())
        return add_stacked(reader, config, layer, parts, to);
    for (int expert = 0; expert < config.experts.count; ++expert)
        add_stacked(reader, config, layer, parts, to.select(0, expert), expert);
}

}  // namespace

LayerWeights allocate_layer(const ModelConfig& config, const HeadCounts& heads,
                            const WeightFormat& format) {
    const auto held = at::TensorOptions().device(format.device).dtype(format.storage);
    const auto wide = held.dtype(at::kFloat);
    ModelConfig uniform = config;
    uniform.layer_heads.assign(static_cast<std::size_t>(config.num_hidden_layers), heads);
    /// Memory for parts one below the other; undefined where the model has none of them.
    const auto make = [&](std::initializer_list<Part> parts, const at::TensorOptions& options,
                          bool of_experts = false) {
        std::vector<std::int64_t> shape;
        for (const Part part : parts) {
            if (!has_part(config, part)) return at::Tensor();
            const std::vector<std::int64_t> one = shape_of(uniform, part);
            if (shape.empty()) {
                shape = one;
            } else {
                shape.front() += one.front();
            }
        }
        if (of_experts && config.experts.count > 0)
            shape.insert(shape.begin(), config.experts.count);
        return at::empty(shape, options);
    };
    LayerWeights weights;
    weights.attention_norm = make({Part::attention_norm}, wide);
    weights.attention = {make({Part::q, Part::k, Part::v}, held),
                         make({Part::o}, held),
                         make({Part::q_bias, Part::k_bias, Part::v_bias}, held),
                         make({Part::o_bias}, held),
                         make({Part::q_norm}, wide),
                         make({Part::k_norm}, wide),
                         make({Part::sinks}, wide)};
    weights.attention_output_norm = make({Part::attention_output_norm}, wide);
    weights.mlp_norm = make({Part::mlp_norm}, wide);
    weights.mlp_output_norm = make({Part::mlp_output_norm}, wide);
    weights.router = make({Part::router}, held);
    weights.router_bias = make({Part::router_bias}, held);
    weights.gate_up = make({Part::gate, Part::up}, held, true);
    weights.gate_up_bias = make({Part::gate_bias, Part::up_bias}, held, true);
    weights.down = make({Part::down}, held, true);
    weights.down_bias = make({Part::down_bias}, held, true);
    return weights;
}

LayerWeights layer_within(const LayerWeights& larger, const ModelConfig& config,
                          const HeadCounts& heads) {
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t q_rows = heads.heads * config.head_dim;
    const std::int64_t kv_rows = heads.kv_heads * config.head_dim;
    LayerWeights weights = larger;
    AttentionWeights& attention = weights.attention;
    const auto keep = [](at::Tensor& tensor, std::int64_t rows) {
        if (tensor.defined()) tensor = tensor.narrow(0, 0, rows);
    };
    keep(attention.qkv, q_rows + 2 * kv_rows);
    attention.o = attention.o.view({-1}).narrow(0, 0, hidden * q_rows).view({hidden, q_rows});
    keep(attention.qkv_bias, q_rows + 2 * kv_rows);
    keep(attention.sinks, heads.heads);
    if (config.head_norm == HeadNorm::all) {
        keep(attention.q_norm, q_rows);
        keep(attention.k_norm, kv_rows);
    }
    return weights;
}

void add_layer(WeightReader& reader, const ModelConfig& config, int layer, LayerWeights& to) {
    const double added = config.norms.plus_one ? 1.0 : 0.0;
    const auto add_norm = [&](Part part, const at::Tensor& norm) {
        if (norm.defined()) reader.add(part, layer, norm, added);
    };
    const auto add = [&](std::initializer_list<Part> parts, const at::Tensor& tensor) {
        add_stacked(reader, config, layer, parts, tensor);
    };
    AttentionWeights& attention = to.attention;
    add_norm(Part::attention_norm, to.attention_norm);
    add({Part::q, Part::k, Part::v}, attention.qkv);
    add({Part::q_bias, Part::k_bias, Part::v_bias}, attention.qkv_bias);
    add_norm(Part::q_norm, attention.q_norm);
    add_norm(Part::k_norm, attention.k_norm);
    add({Part::sinks}, attention.sinks);
    add({Part::o}, attention.o);
    add({Part::o_bias}, attention.o_bias);
    add_norm(Part::attention_output_norm, to.attention_output_norm);
    add_norm(Part::mlp_norm, to.mlp_norm);
    add({Part::router}, to.router);
    add({Part::router_bias}, to.router_bias);
    add_experts(reader, config, layer, {Part::gate, Part::up}, to.gate_up);
    add_experts(reader, config, layer, {Part::down}, to.down);
    add_experts(reader, config, layer, {Part::gate_bias, Part::up_bias}, to.gate_up_bias);
    add_experts(reader, config, layer, {Part::down_bias}, to.down_bias);
    add_norm(Part::mlp_output_norm, to.mlp_output_norm);
}

OuterWeights add_outer(WeightReader& reader, const Checkpoint& checkpoint, bool with_embeddings) {
    const ModelConfig& config = checkpoint.config();
    const WeightFormat& format = reader.format();
    const auto options = at::TensorOptions().device(format.device);
    const auto matrix = [&](Part part, at::ScalarType dtype) {
        at::Tensor to = at::empty({config.vocab_size, config.hidden_size}, options.dtype(dtype));
        reader.add(part, 0, to);
        return to;
    };
    OuterWeights weights;
    weights.final_norm = at::empty({config.hidden_size}, options.dtype(at::kFloat));
    reader.add(Part::final_norm, 0, weights.final_norm, config.norms.plus_one ? 1.0 : 0.0);
    const bool tied = config.tie_word_embeddings;
    const bool shared = tied && format.storage == format.compute;
    if (with_embeddings || shared) {
        weights.embeddings = matrix(Part::embeddings, format.compute);
    } else {
        weights.embedding_rows =
            checkpoint.rows(tensor_name(*config.architecture, Part::embeddings));
    }
    weights.output = shared ? weights.embeddings
                            : matrix(tied ? Part::embeddings : Part::output, format.storage);
    return weights;
}

AttentionWeights merge_attention(const AttentionWeights& original, const LayerMerge& merge,
                                 const ModelConfig& config, const HeadCounts& heads,
                                 const WeightFormat& format) {
    const std::int64_t dim = config.head_dim;
    const std::int64_t q_rows = heads.heads * dim;
    const std::int64_t kv_rows = heads.kv_heads * dim;
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
    if (original.o_bias.defined()) projections.o_bias = wide_copy(original.o_bias);
    if (config.head_norm == HeadNorm::all) {
        projections.q_norm = wide_copy(original.q_norm);
        projections.k_norm = wide_copy(original.k_norm);
    }
    if (original.sinks.defined()) projections.sinks = wide_copy(original.sinks);
    apply_merge(merge, dim, projections);
    const bool own_norms = projections.q_norm.defined();
    at::Tensor down;
    at::Tensor down_bias;
    if (merge.mlp) {
        const FittedWeights& mlp = *merge.mlp;
        const auto of = [&](const std::vector<float>& values, at::IntArrayRef shape) {
            return rounded(at::tensor(values, at::kFloat).to(format.device).view(shape));
        };
        down = of(mlp.weight, {mlp.rows, mlp.columns});
        if (!mlp.bias.empty()) down_bias = of(mlp.bias, {mlp.rows});
    }
    return {rounded(qkv),
            rounded(o),
            bias.defined() ? rounded(bias) : bias,
            projections.o_bias.defined() ? rounded(projections.o_bias) : projections.o_bias,
            own_norms ? projections.q_norm : original.q_norm,
            own_norms ? projections.k_norm : original.k_norm,
            projections.sinks,
            down,
            down_bias};
}

}  // namespace headscope
