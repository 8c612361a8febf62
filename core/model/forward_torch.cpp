#include "core/model/forward_torch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "core/model/rope_torch.h"

namespace headscope {
namespace {

/// Rows of logits that are computed together: few enough for the CPU's caches or a corner of the
/// GPU's memory, enough for the matrix product to run at full speed.
std::int64_t rows_of_a_chunk(const WeightFormat& format, std::int64_t vocab) {
    const std::int64_t elements =
        format.device.is_cpu() ? std::int64_t{1} << 19 : std::int64_t{1} << 28;
    return std::max<std::int64_t>(64, elements / vocab);
}

/// The rows of `ids` of embeddings that stay in their file.
at::Tensor embedding_rows(const TensorRows& embeddings, const at::Tensor& ids) {
    if (!embeddings.mapped_bytes().empty())
        return read_rows(embeddings, 0, embeddings.count()).index_select(0, ids);
    std::vector<at::Tensor> rows;
    const at::Tensor on_host = ids.cpu().contiguous();
    const auto* id = on_host.data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < on_host.numel(); ++i)
        rows.push_back(read_rows(embeddings, id[i], 1));
    return at::cat(rows);
}

}  // namespace

void keep_keys_and_values(const at::Tensor& qkv, const ops::AttentionLayout& layout,
                          std::int64_t first, const KeysAndValues& to) {
    const std::int64_t tokens = qkv.size(0);
    const auto keep = [&](std::int64_t first_head, const at::Tensor& kept) {
        kept.narrow(1, first, tokens)
            .copy_(qkv.narrow(1, first_head * layout.head_dim, layout.kv_heads * layout.head_dim)
                       .view({tokens, layout.kv_heads, layout.head_dim})
                       .transpose(0, 1));
    };
    keep(layout.heads, to.keys);
    keep(layout.heads + layout.kv_heads, to.values);
}

ForwardPass::ForwardPass(const LoadedModel& model, std::int64_t window, std::int64_t length)
    : model_(model),
      window_(window),
      chunk_rows_(rows_of_a_chunk(model.format, model.checkpoint.config().vocab_size)) {
    const ModelConfig& config = model.checkpoint.config();
    const std::int64_t positions = std::max(window, length);
    const auto table = [&](const RopeConfig& rope) {
        return make_rope_table(rope, config.head_dim, positions, model.format.device);
    };
    rope_ = table(config.rope);
    if (config.sliding_rope) sliding_rope_ = table(*config.sliding_rope);
    const ScaleConfig& scales = config.scales;
    if (scales.query_growth > 0.0 && positions > scales.query_period) {
        const at::Tensor periods =
            at::arange(positions, at::kLong).floor_divide(scales.query_period);
        query_factors_ = (1.0 + scales.query_growth * at::log1p(periods.to(at::kDouble)))
                             .to(model.format.device, at::kFloat);
    }
}

at::Tensor ForwardPass::embed(const at::Tensor& ids) const {
    const OuterWeights& outer = model_.outer;
    const WeightFormat& format = model_.format;
    at::Tensor rows =
        outer.embeddings.defined()
            ? outer.embeddings.index_select(0, ids.to(format.device))
            : embedding_rows(*outer.embedding_rows, ids).to(format.compute).to(format.device);
    const double scale = model_.checkpoint.config().scales.embedding;
    // Rounded to the compute dtype first, as models were trained.
    return scale == 1.0 ? rows : rows * at::scalar_tensor(scale, rows.options());
}

const ops::RopeTable* ForwardPass::rope_of(int layer) const {
    const RopeConfig* rope = model_.checkpoint.config().rope_of(layer);
    if (rope == nullptr) return nullptr;
    return rope == &model_.checkpoint.config().rope ? &rope_ : &sliding_rope_;
}

at::Tensor ForwardPass::normed(const at::Tensor& x, const at::Tensor& weight) const {
    return weight.defined() ? ops::rms_norm(x, weight, model_.checkpoint.config().rms_norm_eps) : x;
}

/// The residual stream with what a part of the layer adds to it.
at::Tensor ForwardPass::added(at::Tensor residual, const Branch& branch, bool spend) const {
    const double scale = model_.checkpoint.config().scales.residual;
    if (!branch.output_norm.defined() && scale == 1.0) {
        return ops::add_linear(std::move(residual), branch.x, branch.weight, branch.bias, spend);
    }
    at::Tensor sum = normed(ops::linear(branch.x, branch.weight, branch.bias), branch.output_norm);
    if (scale != 1.0) sum.mul_(scale);
    ops::add_in_place(sum, residual);
    return sum;
}

/// What a layer's experts give for `normed` [tokens, hidden]: each token goes through those with
/// the highest logits of the router, weighted by their softmax.
at::Tensor ForwardPass::experts(const LayerWeights& weights, const at::Tensor& normed) const {
    const ModelConfig& config = model_.checkpoint.config();
    const auto wide = normed.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor shares =
        ops::linear(normed, weights.router, weights.router_bias).to(wide).softmax(-1);
    auto [share, chosen] = shares.topk(config.experts.per_token, -1);
    if (config.experts.normalized) share = share / share.sum(-1, /*keepdim=*/true);
    at::Tensor sum = at::zeros(normed.sizes(), normed.options().dtype(wide));
    const auto of = [](const at::Tensor& tensor, std::int64_t expert) {
        return tensor.defined() ? tensor[expert] : tensor;
    };
    for (std::int64_t expert = 0; expert < config.experts.count; ++expert) {
        const at::Tensor places = (chosen == expert).nonzero();  // [tokens of it, 2]
        if (places.size(0) == 0) continue;
        const at::Tensor tokens = places.select(1, 0);
        const at::Tensor active =
            ops::activate(ops::linear(normed.index_select(0, tokens), weights.gate_up[expert],
                                      of(weights.gate_up_bias, expert)),
                          config.activation);
        const at::Tensor out =
            ops::linear(active, weights.down[expert], of(weights.down_bias, expert));
        const at::Tensor weight = share.index({tokens, places.select(1, 1)}).unsqueeze(1);
        sum.index_add_(0, tokens, out.to(wide) * weight);
    }
    return sum.to(normed.scalar_type());
}

ops::AttentionLayout ForwardPass::layout(int index, const at::Tensor& hidden) const {
    const ModelConfig& config = model_.checkpoint.config();
    const HeadCounts heads = config.heads_of(index);
    return {hidden.size(0) / window_,
            window_,
            heads.heads,
            heads.kv_heads,
            config.head_dim,
            config.sliding_window(index),
            config.scales.attention,
            config.scales.attention_cap};
}

at::Tensor ForwardPass::project(int index, const LayerWeights& weights,
                                const AttentionWeights& attention, const at::Tensor& hidden,
                                const ops::AttentionLayout& layout, std::int64_t position) const {
    at::Tensor qkv =
        ops::linear(normed(hidden, weights.attention_norm), attention.qkv, attention.qkv_bias);
    if (attention.q_norm.defined()) {
        ops::norm_heads_in_place(qkv, attention.q_norm, attention.k_norm,
                                 model_.checkpoint.config().rms_norm_eps, layout);
    }
    const auto from_position = [&](const at::Tensor& of_positions) {
        return of_positions.narrow(0, position, layout.window);
    };
    if (const ops::RopeTable* rope = rope_of(index)) {
        ops::rotate_in_place(qkv, {from_position(rope->cosine), from_position(rope->sine)}, layout);
    }
    if (query_factors_.defined()) {
        qkv.narrow(1, 0, layout.heads * layout.head_dim)
            .view({layout.windows, layout.window, -1})
            .mul_(from_position(query_factors_).to(qkv.scalar_type()).unsqueeze(1));
    }
    return qkv;
}

at::Tensor ForwardPass::attend(int index, const LayerWeights& weights,
                               const AttentionWeights& attention, const at::Tensor& hidden,
                               const AttentionObserver& observe) const {
    ops::AttentionLayout layout = this->layout(index, hidden);
    layout.sinks = attention.sinks;
    const at::Tensor qkv = project(index, weights, attention, hidden, layout, 0);
    at::Tensor attended = ops::causal_attention(qkv, layout);
    if (observe) observe({qkv, attended, layout});
    return attended;
}

at::Tensor ForwardPass::after_attention(int index, const LayerWeights& weights,
                                        const AttentionWeights& attention, at::Tensor hidden,
                                        bool spend, const AttentionObserver& observe) const {
    const at::Tensor attended = attend(index, weights, attention, hidden, observe);
    return added(std::move(hidden),
                 {attended, attention.o, attention.o_bias, weights.attention_output_norm}, spend);
}

at::Tensor ForwardPass::activate(const LayerWeights& weights, const at::Tensor& residual) const {
    return ops::activate(
        ops::linear(normed(residual, weights.mlp_norm), weights.gate_up, weights.gate_up_bias),
        model_.checkpoint.config().activation);
}

at::Tensor ForwardPass::after_mlp(const LayerWeights& weights, const AttentionWeights& attention,
                                  at::Tensor residual, const at::Tensor& activated,
                                  bool spend) const {
    const bool own = attention.down.defined();
    return added(std::move(residual),
                 {activated, own ? attention.down : weights.down,
                  own ? attention.down_bias : weights.down_bias, weights.mlp_output_norm},
                 spend);
}

at::Tensor ForwardPass::layer(int index, const LayerWeights& weights,
                              const AttentionWeights& attention, at::Tensor hidden, bool spend,
                              const AttentionObserver& observe) const {
    return feed_forward(
        weights, attention,
        after_attention(index, weights, attention, std::move(hidden), spend, observe));
}

at::Tensor ForwardPass::feed_forward(const LayerWeights& weights, const AttentionWeights& attention,
                                     at::Tensor residual) const {
    if (weights.router.defined()) {
        at::Tensor sum = experts(weights, normed(residual, weights.mlp_norm));
        ops::add_in_place(sum, residual);
        return sum;
    }
    const at::Tensor activated = activate(weights, residual);
    return after_mlp(weights, attention, std::move(residual), activated, /*spend=*/true);
}

at::Tensor ForwardPass::layer_of_next(int index, const LayerWeights& weights, at::Tensor hidden,
                                      std::int64_t position, const KeysAndValues& kept) const {
    const AttentionWeights& attention = weights.attention;
    ops::AttentionLayout layout = this->layout(index, hidden);
    layout.windows = 1;
    layout.window = 1;
    layout.sinks = attention.sinks;
    const at::Tensor qkv = project(index, weights, attention, hidden, layout, position);
    keep_keys_and_values(qkv, layout, position, kept);
    const std::int64_t all = position + 1;
    const std::int64_t seen =
        layout.sliding_window > 0 ? std::min(layout.sliding_window, all) : all;
    const at::Tensor attended = ops::attention_of_one(
        qkv.narrow(1, 0, layout.heads * layout.head_dim), kept.keys.narrow(1, all - seen, seen),
        kept.values.narrow(1, all - seen, seen), layout);
    return feed_forward(
        weights, attention,
        added(std::move(hidden),
              {attended, attention.o, attention.o_bias, weights.attention_output_norm},
              /*spend=*/true));
}

at::Tensor ForwardPass::logits(const at::Tensor& rows) const {
    const at::Tensor last = normed(rows, model_.outer.final_norm);
    const ScaleConfig& scales = model_.checkpoint.config().scales;
    at::Tensor logits = ops::linear(last, model_.outer.output);
    if (scales.logits != 1.0) logits.mul_(scales.logits);
    return ops::capped(std::move(logits), scales.logits_cap);
}

ops::Loss ForwardPass::loss(const at::Tensor& hidden, const at::Tensor& ids,
                            std::int64_t first) const {
    const std::int64_t scored = window_ - 1 - first;
    std::vector<at::Tensor> nll;
    std::vector<at::Tensor> correct;
    for (std::int64_t start = first; start < hidden.size(0); start += window_) {
        const ops::Loss loss =
            loss_of_rows(hidden.narrow(0, start, scored), ids.narrow(0, start + 1, scored));
        nll.push_back(loss.nll);
        correct.push_back(loss.correct);
    }
    return {at::stack(nll), at::stack(correct)};
}

ops::Loss ForwardPass::loss_of_rows(const at::Tensor& rows, const at::Tensor& targets) const {
    std::vector<at::Tensor> nll;
    std::vector<at::Tensor> correct;
    for (std::int64_t start = 0; start < rows.size(0); start += chunk_rows_) {
        const std::int64_t count = std::min(chunk_rows_, rows.size(0) - start);
        const ops::Loss loss = ops::cross_entropy(logits(rows.narrow(0, start, count)),
                                                  targets.narrow(0, start, count));
        nll.push_back(loss.nll);
        correct.push_back(loss.correct);
    }
    return {at::cat(nll), at::cat(correct)};
}

std::vector<ops::Divergence> ForwardPass::divergences_of_rows(std::span<const at::Tensor> states,
                                                              std::size_t original,
                                                              const at::Tensor& targets) const {
    const std::int64_t rows = targets.size(0);
    std::vector<std::vector<ops::Divergence>> chunks(states.size());
    for (std::int64_t start = 0; start < rows; start += chunk_rows_) {
        const std::int64_t count = std::min(chunk_rows_, rows - start);
        const at::Tensor of_chunk = targets.narrow(0, start, count);
        const at::Tensor of_original = logits(states[original].narrow(0, start, count));
        for (std::size_t i = 0; i < states.size(); ++i) {
            chunks[i].push_back(
                i == original
                    ? ops::Divergence{ops::cross_entropy(of_original, of_chunk), {}, {}}
                    : ops::divergence(of_original, logits(states[i].narrow(0, start, count)),
                                      of_chunk));
        }
    }
    const auto joined = [](const std::vector<ops::Divergence>& of_state, auto part) {
        std::vector<at::Tensor> parts;
        for (const ops::Divergence& chunk : of_state)
            parts.push_back(part(chunk));
        return parts.front().defined() ? at::cat(parts) : at::Tensor();
    };
    std::vector<ops::Divergence> all;
    for (const auto& of_state : chunks) {
        using D = ops::Divergence;
        all.push_back({{joined(of_state, [](const D& d) { return d.loss.nll; }),
                        joined(of_state, [](const D& d) { return d.loss.correct; })},
                       joined(of_state, [](const D& d) { return d.kl; }),
                       joined(of_state, [](const D& d) { return d.same_top; })});
    }
    return all;
}

std::int64_t ForwardPass::state_bytes() const {
    return window_ * model_.checkpoint.config().hidden_size *
           static_cast<std::int64_t>(at::elementSize(model_.format.compute));
}

std::int64_t ForwardPass::working_bytes(std::int64_t windows) const {
    const ModelConfig& config = model_.checkpoint.config();
    const auto size = static_cast<std::int64_t>(at::elementSize(model_.format.compute));
    const HeadCounts most = config.most_heads();
    const std::int64_t q = most.heads * config.head_dim;
    const std::int64_t kv = most.kv_heads * config.head_dim;
    // The widest moments of a layer: [normed | qkv], [qkv | attended | a library's copies of keys
    // and values], [out | normed | gate and up | active].
    const std::int64_t attention = 2 * (q + 2 * kv) + 2 * q;
    const std::int64_t feed_forward = 2 * config.hidden_size + 3 * config.intermediate_size;
    const std::int64_t layer = windows * window_ * size * std::max(attention, feed_forward);
    const std::int64_t loss =
        std::min(chunk_rows_, window_) * (2 * config.vocab_size + config.hidden_size) * size;
    return std::max(layer, loss);
}

}  // namespace headscope
