#include "ui/plan/rule_texts.h"

#include "ui/plan/rule_choices.h"

namespace headscope::ui {

Choice describe(Grouping grouping) {
    switch (grouping) {
        case Grouping::components:
            return {RuleChoices::tr("Components"),
                    RuleChoices::tr("Heads that pairs connect, directly or through others, become "
                                    "one group and end identical.")};
        case Grouping::complete:
            return {RuleChoices::tr("Complete linkage"),
                    RuleChoices::tr("Every two heads of a group are a pair, so no group holds "
                                    "heads that are unlike each other.")};
        case Grouping::matching:
            return {RuleChoices::tr("Matching"),
                    RuleChoices::tr("Groups of two: the closest pairs first, and each head at "
                                    "most once.")};
        case Grouping::sequential:
            break;
    }
    return {RuleChoices::tr("Sequential"),
            RuleChoices::tr("Averages one pair after the other, the closest first, as the original "
                            "script did. Heads of overlapping pairs need not end identical.")};
}

Choice describe(KvPolicy policy) {
    switch (policy) {
        case KvPolicy::average:
            return {RuleChoices::tr("Average"),
                    RuleChoices::tr("The key/value heads that serve a group are averaged too. "
                                    "Other heads that share them change as a side effect.")};
        case KvPolicy::keep:
            return {RuleChoices::tr("Keep"), RuleChoices::tr("Keys and values stay as they are; "
                                                             "only queries and outputs are "
                                                             "averaged.")};
        case KvPolicy::within:
            break;
    }
    return {RuleChoices::tr("Within a KV head"),
            RuleChoices::tr("Only heads that share a key/value head are merged; keys and values "
                            "stay as they are.")};
}

Choice describe(Alignment alignment) {
    if (alignment == Alignment::weights) {
        return {RuleChoices::tr("By weights"),
                RuleChoices::tr("Turns heads into one basis before they are averaged, so that "
                                "their weights agree best. By itself this changes nothing the "
                                "model computes. Heads that share a key/value head already have "
                                "one basis.")};
    }
    if (alignment == Alignment::activations) {
        return {RuleChoices::tr("By activations"),
                RuleChoices::tr("Turns heads into one basis before they are averaged, so that "
                                "what they attend to over the calibration text agrees best. The "
                                "model runs once.")};
    }
    return {RuleChoices::tr("None"), RuleChoices::tr("Averages heads in the bases they have.")};
}

Choice describe(MeanWeights weights) {
    if (weights == MeanWeights::norm) {
        return {RuleChoices::tr("By output norm"),
                RuleChoices::tr("A head counts in the mean by the norm of its output and value "
                                "weights multiplied together.")};
    }
    if (weights == MeanWeights::usage) {
        return {RuleChoices::tr("By usage"),
                RuleChoices::tr("A head counts in the mean by how much it adds to the residual "
                                "stream over the calibration text. The model runs once.")};
    }
    return {RuleChoices::tr("Uniform"), RuleChoices::tr("The plain mean.")};
}

Choice describe(Representative representative) {
    if (representative == Representative::stronger) {
        return {RuleChoices::tr("Of the stronger head"),
                RuleChoices::tr("Merged heads keep the query of the one that writes most over the "
                                "calibration text. The model runs once.")};
    }
    return {RuleChoices::tr("Mean"),
            RuleChoices::tr("Merged heads get the mean of their queries.")};
}

Choice describe(Refit refit) {
    if (refit == Refit::output) {
        return {RuleChoices::tr("Output weights"),
                RuleChoices::tr("Fits the output weights of changed layers to what the original "
                                "writes over the calibration text, in closed form, before a run "
                                "or a saved model. Live estimates leave it out.")};
    }
    if (refit == Refit::output_and_mlp) {
        return {
            RuleChoices::tr("Output weights and MLP"),
            RuleChoices::tr("That, and the output weights of the layers' MLP right after. Costs "
                            "about four times as much.")};
    }
    return {RuleChoices::tr("None"), RuleChoices::tr("Leaves the weights as merging makes them.")};
}

Choice describe(RefitTarget target) {
    switch (target) {
        case RefitTarget::layer:
            return {RuleChoices::tr("Layer output"),
                    RuleChoices::tr("What the original's attention writes in the layer.")};
        case RefitTarget::residual:
            return {RuleChoices::tr("Residual stream"),
                    RuleChoices::tr("That, and what the residual stream lacks by then.")};
        case RefitTarget::automatic:
            break;
    }
    return {RuleChoices::tr("Better of both"),
            RuleChoices::tr("Fits both and takes the one with the lower loss on calibration text "
                            "that was held out.")};
}

Choice describe(RefitLayers layers) {
    if (layers == RefitLayers::all) {
        return {RuleChoices::tr("All behind"),
                RuleChoices::tr("The first changed layer and all behind it, which can make up for "
                                "what is left.")};
    }
    return {RuleChoices::tr("Changed"), RuleChoices::tr("Layers that the plan changes.")};
}

}  // namespace headscope::ui
