#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/merging/alignment.h"
#include "core/merging/fitted_weights.h"
#include "core/merging/grouping.h"
#include "core/merging/head_moments.h"
#include "core/merging/mean_weights.h"
#include "core/merging/representative.h"

namespace headscope {

/// What is done to the weights of one layer: first the bases of heads are aligned, if they are;
/// then, in this order, the blocks of each step's members are replaced by their mean; then the
/// output columns of removed heads become zero, or all output weights those of a refit, of the MLP
/// too where it found some; V becomes what a distillation made of it. A value: two merges that
/// compare equal give the same weights.
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
                                     ///< and Representative::stronger
    std::shared_ptr<const HeadMoments> moments = {};  ///< for Alignment::activations
    Representative representative = Representative::mean;
    std::vector<int> removed = {};  ///< heads that write nothing, ascending; in no head step
    std::shared_ptr<const FittedWeights> output = {};  ///< null: no refit
    /// Output weights of the layer's MLP that a refit found; null: they stay what they are.
    std::shared_ptr<const FittedWeights> mlp = {};
    /// V that a distillation trained, [KV heads * head_dim, hidden] and its bias; null: V stays
    /// what merging left.
    std::shared_ptr<const FittedWeights> values = {};

    [[nodiscard]] bool empty() const {
        return head_steps.empty() && kv_steps.empty() && removed.empty() && !output && !mlp &&
               !values;
    }

    /// Whether Q, K or V change, and so what heads read.
    [[nodiscard]] bool changes_attention() const {
        return !head_steps.empty() || !kv_steps.empty() || values;
    }

    /// Whether K and V are written to. Aligning does even where the KV policy keeps them: they stay
    /// what they are but for the basis.
    [[nodiscard]] bool changes_kv() const {
        return !kv_steps.empty() || values || (align != Alignment::none && !head_steps.empty());
    }

    bool operator==(const LayerMerge& other) const;
};

/// For each of `count` blocks a number that two blocks share exactly if they end identical.
std::vector<int> final_contents(int count, const std::vector<HeadGroup>& steps);

/// The heads that still write, those that compute the same together; ascending by their first.
/// Each is one head with the sum of their columns of O.
std::vector<HeadGroup> distinct_heads(const LayerMerge& merge, int heads, int heads_per_kv);

/// The merge without its refit and training.
LayerMerge without_refit(LayerMerge merge);

/// SHA-256 of everything that operator== compares, hexadecimal.
std::string digest_of(const LayerMerge& merge);

}  // namespace headscope
