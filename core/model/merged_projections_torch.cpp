#include "core/model/merged_projections_torch.h"

#include <cstring>
#include <map>
#include <string_view>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/checkpoint/tensor_names.h"
#include "core/merging/apply_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/weight_reader_torch.h"

namespace headscope {
namespace {

namespace names = tensor_names;

/// A layer's attention under a merge, float32.
struct MergedLayer {
    AttentionProjections projections;
    std::map<std::string, DType> dtypes;  ///< that they have in the checkpoint
};

at::Tensor read_wide(const Checkpoint& checkpoint, const std::string& name, MergedLayer& layer) {
    const TensorView view = checkpoint.tensor(name);
    layer.dtypes.emplace(name, view.dtype);
    at::Tensor wide = mapped(view).to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    checkpoint.release(view);
    return wide;
}

bool writes_o_bias(const Checkpoint& checkpoint, const LayerMerge& merge) {
    return checkpoint.config().o_bias && merge.output && !merge.output->bias.empty();
}

MergedLayer merge_layer(const Checkpoint& checkpoint, int index, const LayerMerge& merge) {
    MergedLayer layer;
    AttentionProjections& projections = layer.projections;
    projections.q = read_wide(checkpoint, names::q_proj(index), layer);
    projections.k = read_wide(checkpoint, names::k_proj(index), layer);
    projections.v = read_wide(checkpoint, names::v_proj(index), layer);
    projections.o = read_wide(checkpoint, names::o_proj(index), layer);
    if (checkpoint.config().qkv_bias) {
        projections.q_bias = read_wide(checkpoint, names::q_bias(index), layer);
        projections.k_bias = read_wide(checkpoint, names::k_bias(index), layer);
        projections.v_bias = read_wide(checkpoint, names::v_bias(index), layer);
    }
    if (writes_o_bias(checkpoint, merge))
        projections.o_bias = read_wide(checkpoint, names::o_bias(index), layer);
    apply_merge(merge, checkpoint.config().head_dim, projections);
    return layer;
}

/// The bytes of one head's rows.
std::string_view rows_of(const at::Tensor& weight, int head, std::int64_t head_dim) {
    if (!weight.defined()) return {};
    const auto bytes = static_cast<std::size_t>(head_dim * weight.stride(0)) * sizeof(float);
    const auto* begin = static_cast<const char*>(weight.data_ptr());
    return {begin + static_cast<std::size_t>(head) * bytes, bytes};
}

/// Numbers blocks of rows so that two have the same exactly if all their bytes are the same.
std::vector<int> number_blocks(std::initializer_list<at::Tensor> weights, std::int64_t head_dim) {
    const auto heads = static_cast<int>(weights.begin()->size(0) / head_dim);
    std::vector<int> numbers;
    for (int head = 0; head < heads; ++head) {
        int number = head;
        for (int other = head - 1; other >= 0; --other) {
            bool same = true;
            for (const at::Tensor& weight : weights)
                same = same && rows_of(weight, head, head_dim) == rows_of(weight, other, head_dim);
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
    projections.o = add_columns(projections.o, selection.heads, head_dim);
    for (at::Tensor* weight :
         {&projections.k, &projections.v, &projections.k_bias, &projections.v_bias}) {
        *weight = pick_rows(*weight, selection.kv_heads, head_dim);
    }
}

/// Rounds to the checkpoint's dtype and gives the float32 tensor's memory back.
void take(at::Tensor& wide, const std::string& name, const MergedLayer& layer,
          ProjectionBytes& bytes) {
    if (!wide.defined()) return;
    const DType dtype = layer.dtypes.at(name);
    const at::Tensor narrow = wide.to(scalar_type_of(dtype)).contiguous();
    wide.reset();
    std::vector<std::byte> stored(static_cast<std::size_t>(narrow.nbytes()));
    std::memcpy(stored.data(), narrow.data_ptr(), stored.size());
    bytes.emplace_back(name, std::move(stored));
}

}  // namespace

HeadContents find_merged_contents(const Checkpoint& checkpoint, int layer,
                                  const LayerMerge& merge) {
    const c10::InferenceMode no_gradients;
    try {
        const AttentionProjections merged = merge_layer(checkpoint, layer, merge).projections;
        const std::int64_t head_dim = checkpoint.config().head_dim;
        std::vector<int> heads = number_blocks({merged.q, merged.q_bias}, head_dim);
        for (const int head : merge.removed)
            heads.at(static_cast<std::size_t>(head)) = HeadContents::kSilent;
        return {std::move(heads),
                number_blocks({merged.k, merged.v, merged.k_bias, merged.v_bias}, head_dim)};
    } catch (...) {
        compat::rethrow_as_error();
    }
}

ProjectionBytes make_merged_projections(const Checkpoint& checkpoint, int layer,
                                        const LayerMerge& merge, const HeadSelection* selection) {
    const c10::InferenceMode no_gradients;
    try {
        MergedLayer merged = merge_layer(checkpoint, layer, merge);
        AttentionProjections& projections = merged.projections;
        if (selection != nullptr) select(*selection, checkpoint.config().head_dim, projections);
        ProjectionBytes bytes;
        take(projections.q, names::q_proj(layer), merged, bytes);
        take(projections.k, names::k_proj(layer), merged, bytes);
        take(projections.v, names::v_proj(layer), merged, bytes);
        take(projections.o, names::o_proj(layer), merged, bytes);
        take(projections.q_bias, names::q_bias(layer), merged, bytes);
        take(projections.k_bias, names::k_bias(layer), merged, bytes);
        take(projections.v_bias, names::v_bias(layer), merged, bytes);
        take(projections.o_bias, names::o_bias(layer), merged, bytes);
        return bytes;
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace headscope
