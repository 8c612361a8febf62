#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "core/architecture/layer_heads.h"
#include "core/checkpoint/checkpoint.h"
#include "core/evaluation/sharing.h"
#include "core/merging/compaction.h"

namespace headscope {

/// The layers that lose heads.
using Compactions = std::map<int, LayerCompaction>;

/// What an export writes: a checkpoint under a variant, without what compaction takes away.
struct TargetModel {
    const Checkpoint& checkpoint;
    Variant variant;
    Compactions compactions = {};
    std::set<int> skipped = skipped_attention(checkpoint.config_json());  ///< in the checkpoint

    /// The heads that the layer will have; none where its attention is skipped.
    [[nodiscard]] HeadCounts heads_of(int layer) const;

    /// The heads that it has in the checkpoint; likewise.
    [[nodiscard]] HeadCounts heads_before(int layer) const;

    /// Those of all layers.
    [[nodiscard]] std::vector<HeadCounts> heads() const;
    [[nodiscard]] std::vector<HeadCounts> heads_before() const;

    /// Whether all layers have the same numbers of heads.
    [[nodiscard]] bool is_uniform() const;

    /// Whether the numbers are not those of the checkpoint.
    [[nodiscard]] bool changes_heads() const { return !compactions.empty(); }

    /// What stays of a layer's heads; null where all do.
    [[nodiscard]] const HeadSelection* selection_of(int layer) const;

    /// Whether the layer will have attention.
    [[nodiscard]] bool has_attention(int layer) const { return heads_of(layer).heads > 0; }
};

/// Bytes that keys and values of one token take in a cache of 16 bits, over these layers.
std::int64_t kv_cache_bytes_per_token(const std::vector<HeadCounts>& layers, std::int64_t head_dim);

}  // namespace headscope
