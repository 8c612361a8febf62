#include "core/merging/align_torch.h"

#include <algorithm>
#include <vector>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/merging/block_links_torch.h"
#include "core/merging/frames.h"
#include "core/merging/procrustes_torch.h"

namespace headscope {
namespace {

/// The moments of a merge as [heads, head_dim, heads, head_dim]; they stay where they are.
at::Tensor attended_moments(const LayerMerge& merge, std::int64_t heads, std::int64_t head_dim) {
    const HeadMoments* moments = merge.moments.get();
    const auto size = static_cast<std::size_t>(heads * head_dim);
    if (moments == nullptr || moments->heads != heads || moments->head_dim != head_dim ||
        moments->second.size() != size * size) {
        throw Error(ErrorCode::bad_input,
                    "--align activations: the calibration is missing or of another model");
    }
    // at::from_blob takes no pointer to const; nothing writes to it.
    auto* values = const_cast<float*>(moments->second.data());
    return at::from_blob(values, {heads, head_dim, heads, head_dim}, at::kFloat);
}

/// A matrix with its bias, where it has one, as a last column.
at::Tensor with_bias(const at::Tensor& rows, const at::Tensor& bias, std::int64_t first) {
    if (!bias.defined()) return rows;
    return at::cat({rows, bias.narrow(0, first, rows.size(0)).unsqueeze(1)}, 1);
}

class BasisAlignment {
  public:
    BasisAlignment(const LayerMerge& merge, std::int64_t head_dim, const HeadWeights& weights,
                   AttentionProjections& projections)
        : merge_(merge),
          dim_(head_dim),
          heads_per_kv_(projections.q.size(0) / projections.k.size(0)),
          weights_(weights),
          to_(projections) {}

    void run() {
        const auto kv_heads = static_cast<int>(to_.k.size(0) / dim_);
        for (const FrameGroup& group :
             frame_groups(merge_, kv_heads, static_cast<int>(heads_per_kv_))) {
            turn_values(group);
            if (merge_.align_queries) turn_queries(group);
        }
    }

  private:
    void turn_values(const FrameGroup& group) {
        const at::Tensor links = value_links(group) + output_links(group);
        if (links.dim() == 0) return;
        const at::Tensor rotations = agreeing_rotations(links).to(to_.v.options());
        for (std::size_t frame = 1; frame < group.kv_heads.size(); ++frame) {
            const std::int64_t kv_head = group.kv_heads[frame];
            const at::Tensor rotation = rotations[static_cast<std::int64_t>(frame)];
            const at::Tensor v = to_.v.narrow(0, kv_head * dim_, dim_);
            v.copy_(rotation.matmul(v));
            if (to_.v_bias.defined()) {
                const at::Tensor bias = to_.v_bias.narrow(0, kv_head * dim_, dim_);
                bias.copy_(rotation.matmul(bias));
            }
            const std::int64_t columns = heads_per_kv_ * dim_;
            const at::Tensor o = to_.o.narrow(1, kv_head * columns, columns);
            o.copy_(o.reshape({-1, dim_}).matmul(rotation.t()).view(o.sizes()));
        }
    }

    void turn_queries(const FrameGroup& group) {
        const at::Tensor links = sum_of_links(group, group.key_sets, weights_.of_kv_heads, 1,
                                              &BasisAlignment::key, pair_links) +
                                 sum_of_links(group, group.head_sets, weights_.of_heads,
                                              heads_per_kv_, &BasisAlignment::query, pair_links);
        if (links.dim() == 0) return;
        const at::Tensor phases = agreeing_phases(links);
        for (std::size_t frame = 1; frame < group.kv_heads.size(); ++frame) {
            const std::int64_t kv_head = group.kv_heads[frame];
            const at::Tensor phase = phases[static_cast<std::int64_t>(frame)];
            turn_pairs(to_.k, to_.k_bias, kv_head * dim_, dim_, phase);
            turn_pairs(to_.q, to_.q_bias, kv_head * heads_per_kv_ * dim_, heads_per_kv_ * dim_,
                       phase);
        }
    }

    /// Turns the rotary pairs of all heads in some rows.
    void turn_pairs(const at::Tensor& matrix, const at::Tensor& bias, std::int64_t first,
                    std::int64_t rows, const at::Tensor& phase) const {
        const auto turn = [&](const at::Tensor& part) {
            const at::Tensor pairs = part.reshape({rows / dim_, 2, dim_ / 2, -1});
            const at::Tensor cosine = at::real(phase).to(part.options()).unsqueeze(1);
            const at::Tensor sine = at::imag(phase).to(part.options()).unsqueeze(1);
            const at::Tensor u = pairs.select(1, 0);
            const at::Tensor w = pairs.select(1, 1);
            const at::Tensor turned = at::stack({u * cosine - w * sine, u * sine + w * cosine}, 1);
            part.copy_(turned.view(part.sizes()));
        };
        turn(matrix.narrow(0, first, rows));
        if (bias.defined()) turn(bias.narrow(0, first, rows));
    }

    [[nodiscard]] at::Tensor value_links(const FrameGroup& group) const {
        if (merge_.align != Alignment::activations) {
            return sum_of_links(group, group.value_sets, weights_.of_kv_heads, 1,
                                &BasisAlignment::value, full_links);
        }
        const at::Tensor moments = attended_moments(merge_, to_.q.size(0) / dim_, dim_);
        LinkSum sum(static_cast<std::int64_t>(group.kv_heads.size()));
        for (const HeadGroup& set : group.head_sets)
            sum.add(moment_links(moments, set, frames_of(group, set, heads_per_kv_),
                                 weights_within(set, weights_.of_heads)));
        return sum.share();
    }

    [[nodiscard]] at::Tensor output_links(const FrameGroup& group) const {
        return sum_of_links(group, group.head_sets, weights_.of_heads, heads_per_kv_,
                            &BasisAlignment::output, full_links);
    }

    using BlockOf = at::Tensor (BasisAlignment::*)(int) const;
    using LinksOf = SetLinks (*)(const at::Tensor& blocks, const std::vector<int>& frames,
                                 const std::vector<double>& weights);

    /// Over the sets of one kind of block, as a share of the blocks' sum of squares. `heads_per`:
    /// members that belong to one KV head.
    [[nodiscard]] at::Tensor sum_of_links(const FrameGroup& group,
                                          const std::vector<HeadGroup>& sets,
                                          const std::vector<double>& weights,
                                          std::int64_t heads_per, BlockOf block,
                                          LinksOf links) const {
        LinkSum sum(static_cast<std::int64_t>(group.kv_heads.size()));
        for (const HeadGroup& set : sets) {
            std::vector<at::Tensor> blocks;
            for (const int member : set)
                blocks.push_back((this->*block)(member));
            sum.add(links(at::stack(blocks), frames_of(group, set, heads_per),
                          weights_within(set, weights)));
        }
        return sum.share();
    }

    /// For each member, where its KV head stands in the group.
    static std::vector<int> frames_of(const FrameGroup& group, const HeadGroup& set,
                                      std::int64_t heads_per) {
        std::vector<int> frames;
        for (const int member : set) {
            const int kv_head = member / static_cast<int>(heads_per);
            const auto at = std::lower_bound(group.kv_heads.begin(), group.kv_heads.end(), kv_head);
            frames.push_back(static_cast<int>(at - group.kv_heads.begin()));
        }
        return frames;
    }

    // Blocks [head_dim, columns], of a head or a KV head.
    [[nodiscard]] at::Tensor query(int head) const { return rows(to_.q, to_.q_bias, head); }
    [[nodiscard]] at::Tensor key(int kv_head) const { return rows(to_.k, to_.k_bias, kv_head); }
    [[nodiscard]] at::Tensor value(int kv_head) const { return rows(to_.v, to_.v_bias, kv_head); }
    [[nodiscard]] at::Tensor output(int head) const {
        return to_.o.narrow(1, head * dim_, dim_).t();
    }
    [[nodiscard]] at::Tensor rows(const at::Tensor& matrix, const at::Tensor& bias,
                                  int index) const {
        return with_bias(matrix.narrow(0, index * dim_, dim_), bias, index * dim_);
    }

    const LayerMerge& merge_;
    std::int64_t dim_;
    std::int64_t heads_per_kv_;
    const HeadWeights& weights_;
    AttentionProjections& to_;
};

}  // namespace

void align_bases(const LayerMerge& merge, std::int64_t head_dim, const HeadWeights& weights,
                 AttentionProjections& projections) {
    BasisAlignment(merge, head_dim, weights, projections).run();
}

}  // namespace headscope
