#include "core/model/weights_torch.h"

#include <initializer_list>
#include <string>
#include <utility>

#include <ATen/ATen.h>

#include "core/checkpoint/tensor_names.h"
#include "core/merging/apply_torch.h"

namespace headscope {
namespace {

namespace names = tensor_names;

/// Adds the matrices (or the biases) `names`, which lie one below the other in `to`.
void add_stacked(WeightReader& reader,
                 std::initializer_list<std::pair<std::string, std::int64_t>> parts,
                 const at::Tensor& to) {
    std::int64_t row = 0;
    for (const auto& [name, rows] : parts) {
        reader.add(name, to.narrow(0, row, rows));
        row += rows;
    }
}

}  // namespace

LayerWeights allocate_layer(const ModelConfig& config, const HeadCounts& heads,
                            const WeightFormat& format) {
    const auto held = at::TensorOptions().device(format.device).dtype(format.storage);
    const auto wide = held.dtype(at::kFloat);
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t ffn = config.intermediate_size;
    const std::int64_t q_rows = heads.heads * config.head_dim;
    const std::int64_t qkv_rows = q_rows + 2 * heads.kv_heads * config.head_dim;
    LayerWeights weights;
    weights.input_norm = at::empty({hidden}, wide);
    weights.attention.qkv = at::empty({qkv_rows, hidden}, held);
    weights.attention.o = at::empty({hidden, q_rows}, held);
    weights.post_attention_norm = at::empty({hidden}, wide);
    weights.gate_up = at::empty({2 * ffn, hidden}, held);
    weights.down = at::empty({hidden, ffn}, held);
    if (config.qkv_bias) weights.attention.qkv_bias = at::empty({qkv_rows}, held);
    if (config.o_bias) weights.attention.o_bias = at::empty({hidden}, held);
    if (config.qk_norm) {
        weights.q_norm = at::empty({config.head_dim}, wide);
        weights.k_norm = at::empty({config.head_dim}, wide);
    }
    if (config.mlp_bias) {
        weights.gate_up_bias = at::empty({2 * ffn}, held);
        weights.down_bias = at::empty({hidden}, held);
    }
    return weights;
}

LayerWeights layer_within(const LayerWeights& larger, const ModelConfig& config,
                          const HeadCounts& heads) {
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t q_rows = heads.heads * config.head_dim;
    const std::int64_t qkv_rows = q_rows + 2 * heads.kv_heads * config.head_dim;
    LayerWeights weights = larger;
    AttentionWeights& attention = weights.attention;
    attention.qkv = attention.qkv.narrow(0, 0, qkv_rows);
    attention.o = attention.o.view({-1}).narrow(0, 0, hidden * q_rows).view({hidden, q_rows});
    if (attention.qkv_bias.defined())
        attention.qkv_bias = attention.qkv_bias.narrow(0, 0, qkv_rows);
    return weights;
}

void add_layer(WeightReader& reader, const ModelConfig& config, int layer, LayerWeights& to) {
    const std::int64_t ffn = config.intermediate_size;
    const HeadCounts heads = config.heads_of(layer);
    const std::int64_t q_rows = heads.heads * config.head_dim;
    const std::int64_t kv_rows = heads.kv_heads * config.head_dim;
    reader.add(names::input_norm(layer), to.input_norm);
    add_stacked(reader,
                {{names::q_proj(layer), q_rows},
                 {names::k_proj(layer), kv_rows},
                 {names::v_proj(layer), kv_rows}},
                to.attention.qkv);
    if (config.qkv_bias) {
        add_stacked(reader,
                    {{names::q_bias(layer), q_rows},
                     {names::k_bias(layer), kv_rows},
                     {names::v_bias(layer), kv_rows}},
                    to.attention.qkv_bias);
    }
    if (config.qk_norm) {
        reader.add(names::q_norm(layer), to.q_norm);
        reader.add(names::k_norm(layer), to.k_norm);
    }
    reader.add(names::o_proj(layer), to.attention.o);
    if (config.o_bias) reader.add(names::o_bias(layer), to.attention.o_bias);
    reader.add(names::post_attention_norm(layer), to.post_attention_norm);
    add_stacked(reader, {{names::gate_proj(layer), ffn}, {names::up_proj(layer), ffn}}, to.gate_up);
    reader.add(names::down_proj(layer), to.down);
    if (config.mlp_bias) {
        add_stacked(reader, {{names::gate_bias(layer), ffn}, {names::up_bias(layer), ffn}},
                    to.gate_up_bias);
        reader.add(names::down_bias(layer), to.down_bias);
    }
}

OuterWeights add_outer(WeightReader& reader, const Checkpoint& checkpoint, bool with_embeddings) {
    const ModelConfig& config = checkpoint.config();
    const WeightFormat& format = reader.format();
    const auto options = at::TensorOptions().device(format.device);
    const auto matrix = [&](const std::string& name, at::ScalarType dtype) {
        at::Tensor to = at::empty({config.vocab_size, config.hidden_size}, options.dtype(dtype));
        reader.add(name, to);
        return to;
    };
    OuterWeights weights;
    weights.final_norm = at::empty({config.hidden_size}, options.dtype(at::kFloat));
    reader.add(names::final_norm(), weights.final_norm);
    const bool tied = config.tie_word_embeddings;
    const bool shared = tied && format.storage == format.compute;
    if (with_embeddings || shared) {
        weights.embeddings = matrix(names::embeddings(), format.compute);
    } else {
        weights.embedding_rows = checkpoint.rows(names::embeddings());
    }
    weights.output =
        shared ? weights.embeddings
               : matrix(tied ? names::embeddings() : names::output_projection(), format.storage);
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
    apply_merge(merge, dim, projections);
    const auto rounded_if = [&](const at::Tensor& t) { return t.defined() ? rounded(t) : t; };
    return {rounded(qkv), rounded(o), rounded_if(bias), rounded_if(projections.o_bias)};
}

}  // namespace headscope
