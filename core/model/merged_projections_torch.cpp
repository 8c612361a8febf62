#include "core/model/merged_projections_torch.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/architecture/tensor_map.h"
#include "core/merging/apply_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/weight_reader_torch.h"

namespace headscope {
namespace {

/// The parts of a layer that belong to heads, and where AttentionProjections holds them.
constexpr std::array kParts{
    std::pair{Part::q, &AttentionProjections::q},
    std::pair{Part::k, &AttentionProjections::k},
    std::pair{Part::v, &AttentionProjections::v},
    std::pair{Part::o, &AttentionProjections::o},
    std::pair{Part::q_bias, &AttentionProjections::q_bias},
    std::pair{Part::k_bias, &AttentionProjections::k_bias},
    std::pair{Part::v_bias, &AttentionProjections::v_bias},
    std::pair{Part::o_bias, &AttentionProjections::o_bias},
    std::pair{Part::q_norm, &AttentionProjections::q_norm},
    std::pair{Part::k_norm, &AttentionProjections::k_norm},
    std::pair{Part::sinks, &AttentionProjections::sinks},
};

at::Tensor& tensor_of(AttentionProjections& projections, Part part) {
    const auto* const found = std::find_if(kParts.begin(), kParts.end(),
                                           [&](const auto& entry) { return entry.first == part; });
    return projections.*(found->second);
}

bool writes_o_bias(const ModelConfig& config, const LayerMerge& merge) {
    return config.o_bias && merge.output && !merge.output->bias.empty();
}

/// A layer's attention under a merge, float32.
AttentionProjections merge_layer(const Checkpoint& checkpoint, int layer, const LayerMerge& merge) {
    const ModelConfig& config = checkpoint.config();
    AttentionProjections projections;
    for (const auto& [part, member] : kParts) {
        const bool wanted = part == Part::o_bias
                                ? writes_o_bias(config, merge)
                                : has_part(config, part) && belongs_to_heads(config, part);
        if (!wanted) continue;
        const TensorView view = checkpoint.part(part, layer);
        projections.*member = mapped(view).to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
        checkpoint.release(view);
    }
    apply_merge(merge, config.head_dim, projections);
    return projections;
}

/// The bytes of one head's rows.
std::string_view rows_of(const at::Tensor& weight, int head, std::int64_t head_dim) {
    if (!weight.defined()) return {};
    const auto bytes = static_cast<std::size_t>(head_dim * weight.stride(0)) * sizeof(float);
    const auto* begin = static_cast<const char*>(weight.data_ptr());
    return {begin + static_cast<std::size_t>(head) * bytes, bytes};
}

/// What a refit left of a stored tensor of the MLP, in the checkpoint's dtype.
std::vector<std::byte> stored_refit(const Checkpoint& checkpoint, const ExpectedTensor& tensor,
                                    const FittedWeights& refit) {
    const bool bias = tensor.parts.front() == Part::down_bias;
    const at::Tensor narrow = at::tensor(bias ? refit.bias : refit.weight, at::kFloat)
                                  .to(scalar_type_of(checkpoint.rows(tensor.name).dtype()));
    std::vector<std::byte> bytes(static_cast<std::size_t>(narrow.nbytes()));
    std::memcpy(bytes.data(), narrow.data_ptr(), bytes.size());
    return bytes;
}

bool is_refitted(const LayerMerge& merge, Part part) {
    if (!merge.mlp) return false;
    return part == Part::down || (part == Part::down_bias && !merge.mlp->bias.empty());
}

/// Numbers blocks of rows so that two have the same exactly if all their bytes are the same.
std::vector<int> number_blocks(std::initializer_list<at::Tensor> weights, std::int64_t head_dim,
                               const at::Tensor& sinks = {}) {
    const auto heads = static_cast<int>(weights.begin()->size(0) / head_dim);
    std::vector<int> numbers;
    for (int head = 0; head < heads; ++head) {
        int number = head;
        for (int other = head - 1; other >= 0; --other) {
            bool same = true;
            for (const at::Tensor& weight : weights)
                same = same && rows_of(weight, head, head_dim) == rows_of(weight, other, head_dim);
            same = same && rows_of(sinks, head, 1) == rows_of(sinks, other, 1);
            if (same) number = numbers[static_cast<std::size_t>(other)];
            if (same) break;
        }
        numbers.push_back(number);
    }
    return numbers;
}

std::vector<int> first_of_each(const std::vector<std::vector<int>>& heads) {
    std::vector<int> first;
    for (const std::vector<int>& members : heads)
        first.push_back(members.front());
    return first;
}

/// The blocks of `heads` in this order; an undefined tensor stays so.
at::Tensor pick_rows(const at::Tensor& weight, const std::vector<int>& heads,
                     std::int64_t head_dim) {
    if (!weight.defined()) return weight;
    std::vector<at::Tensor> blocks;
    for (const int head : heads)
        blocks.push_back(weight.narrow(0, head * head_dim, head_dim));
    return at::cat(blocks);
}

at::Tensor add_columns(const at::Tensor& o, const std::vector<std::vector<int>>& heads,
                       std::int64_t head_dim) {
    std::vector<at::Tensor> blocks;
    for (const std::vector<int>& members : heads) {
        at::Tensor sum = o.narrow(1, members.front() * head_dim, head_dim);
        for (std::size_t i = 1; i < members.size(); ++i)
            sum = sum + o.narrow(1, members[i] * head_dim, head_dim);
        blocks.push_back(sum);
    }
    return at::cat(blocks, 1);
}

void select(const HeadSelection& selection, std::int64_t head_dim,
            AttentionProjections& projections) {
    const std::vector<int> heads = first_of_each(selection.heads);
    projections.q = pick_rows(projections.q, heads, head_dim);
    projections.q_bias = pick_rows(projections.q_bias, heads, head_dim);
    projections.sinks = pick_rows(projections.sinks, heads, 1);
    projections.o = add_columns(projections.o, selection.heads, head_dim);
    for (at::Tensor* weight :
         {&projections.k, &projections.v, &projections.k_bias, &projections.v_bias}) {
        *weight = pick_rows(*weight, selection.kv_heads, head_dim);
    }
}

/// A stored tensor in the checkpoint's dtype: its parts, row below row, whose float32 memory is
/// given back.
std::vector<std::byte> stored(const Checkpoint& checkpoint, const ExpectedTensor& tensor,
                              AttentionProjections& projections) {
    std::vector<at::Tensor> parts;
    for (const Part part : tensor.parts) {
        at::Tensor& wide = tensor_of(projections, part);
        parts.push_back(wide.to(scalar_type_of(checkpoint.rows(tensor.name).dtype())));
        wide.reset();
    }
    const at::Tensor narrow = at::cat(parts).contiguous();
    std::vector<std::byte> bytes(static_cast<std::size_t>(narrow.nbytes()));
    std::memcpy(bytes.data(), narrow.data_ptr(), bytes.size());
    return bytes;
}

}  // namespace

HeadContents find_merged_contents(const Checkpoint& checkpoint, int layer,
                                  const LayerMerge& merge) {
    const c10::InferenceMode no_gradients;
    try {
        const AttentionProjections merged = merge_layer(checkpoint, layer, merge);
        const std::int64_t head_dim = checkpoint.config().head_dim;
        std::vector<int> heads =
            number_blocks({merged.q, merged.q_bias, merged.q_norm}, head_dim, merged.sinks);
        for (const int head : merge.removed)
            heads.at(static_cast<std::size_t>(head)) = HeadContents::kSilent;
        return {std::move(heads),
                number_blocks({merged.k, merged.v, merged.k_bias, merged.v_bias, merged.k_norm},
                              head_dim)};
    } catch (...) {
        compat::rethrow_as_error();
    }
}

ProjectionBytes make_merged_projections(const Checkpoint& checkpoint, int layer,
                                        const LayerMerge& merge, const HeadSelection* selection) {
    const c10::InferenceMode no_gradients;
    try {
        const ModelConfig& config = checkpoint.config();
        AttentionProjections projections = merge_layer(checkpoint, layer, merge);
        if (selection != nullptr) select(*selection, config.head_dim, projections);
        ProjectionBytes bytes;
        for (const ExpectedTensor& tensor : expected_tensors(config, layer)) {
            const Part first = tensor.parts.front();
            if (belongs_to_heads(config, first) ||
                (first == Part::o_bias && projections.o_bias.defined())) {
                bytes.emplace_back(tensor.name, stored(checkpoint, tensor, projections));
            } else if (is_refitted(merge, first)) {
                bytes.emplace_back(tensor.name, stored_refit(checkpoint, tensor, *merge.mlp));
            }
        }
        return bytes;
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace headscope
