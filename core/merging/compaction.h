#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/architecture/model_config.h"

namespace headscope {

/// What the heads of a layer hold: two have the same number exactly if they hold the same, bit by
/// bit.
struct HeadContents {
    static constexpr int kSilent = -1;  ///< a head that writes nothing

    std::vector<int> heads;     ///< [heads]: the rows of Q, and their bias; or kSilent
    std::vector<int> kv_heads;  ///< [kv_heads]: the rows of K and V, and their biases
};

/// What a layer consists of once duplicates are gone; nothing where its attention is skipped.
struct HeadSelection {
    /// Each head that stays, in its new order: the heads that it stands for. It has the rows of Q
    /// of the first and the sum of the columns of O of all of them.
    std::vector<std::vector<int>> heads;
    /// The KV heads that stay, each of which serves `heads.size() / kv_heads.size()` heads.
    std::vector<int> kv_heads;
};

/// One layer without its duplicates.
struct LayerCompaction {
    int layer = 0;
    HeadCounts before;
    HeadCounts after;
    HeadSelection selection;
    /// Why heads that are duplicates or write nothing stay, a sentence; empty where none do.
    std::string remark;

    [[nodiscard]] bool removes_any() const { return !(before == after); }

    /// Whether no head is left: the layer is its feed-forward part.
    [[nodiscard]] bool skips_attention() const { return after.heads == 0; }
};

/// Finds the smallest layer that computes the same.
///
/// A head's output is softmax(q K^T) V, to which its columns of O are applied. So two heads with
/// equal rows of Q that read equal keys and values are one head with the sum of their columns, and
/// equal KV heads are one KV head for all that read either. A head that writes nothing goes, and so
/// does a KV head that only such heads read; where no head writes anything, all go, unless the
/// output projection has a bias. But every KV head of a layer serves the same number r of heads.
/// Let d be the number of different heads that read one kind of keys and values: ceil(d / r) KV
/// heads of the kind must stay, and r times as many heads, of which some may be duplicates still.
/// Of all r for which what stays is part of what was there, the one is taken that leaves the fewest
/// parameters; of equals the one that changes r least, as that keeps most in its place.
///
/// `hidden_size` and `qkv_bias` weigh a head against a KV head.
LayerCompaction compact_layer(int layer, const HeadContents& contents, const ModelConfig& config);

}  // namespace headscope
