#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/merging/alignment.h"
#include "core/merging/grouping.h"
#include "core/merging/head_moments.h"
#include "core/merging/mean_weights.h"

namespace headscope {

/// What is done to the weights of one layer: first the bases of heads are aligned, if they are;
/// then, in this order, the blocks of each step's members are replaced by their mean. A value: two
/// merges that compare equal give the same weights.
struct LayerMerge {
    std::vector<HeadGroup> head_steps;  ///< rows of Q and columns of O, by head
    std::vector<HeadGroup> kv_steps;    ///< rows of K and V, by KV head
    Alignment align = Alignment::none;
    /// Whether aligning turns Q and K too. Not where the model normalises each head's query and
    /// key: the gains behind the norm belong to dimensions of the basis that the head has.
    bool align_queries = true;
    MeanWeights weights = MeanWeights::plain;
    /// Whether each mean is scaled to the mean norm of the blocks that it replaces.
    bool rescale = false;
    std::vector<double> usage = {};  ///< [heads] as in LayerCalibration, for MeanWeights::usage
    std::shared_ptr<const HeadMoments> moments = {};  ///< for Alignment::activations

    [[nodiscard]] bool empty() const { return head_steps.empty() && kv_steps.empty(); }

    /// Whether K and V are written to. Aligning does even where the KV policy keeps them: they stay
    /// what they are but for the basis.
    [[nodiscard]] bool changes_kv() const {
        return !kv_steps.empty() || (align != Alignment::none && !head_steps.empty());
    }

    bool operator==(const LayerMerge& other) const;
};

/// SHA-256 of everything that operator== compares, hexadecimal.
std::string digest_of(const LayerMerge& merge);

}  // namespace headscope
