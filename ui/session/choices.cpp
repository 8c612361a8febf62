#include "ui/session/choices.h"

#include <algorithm>

namespace headscope::ui {

HeadsByLayer by_layer(const std::set<HeadRef>& heads) {
    HeadsByLayer layers;
    for (const HeadRef head : heads)
        layers[head.layer].push_back(head.head);
    return layers;
}

std::set<HeadRef> head_refs(const HeadsByLayer& heads) {
    std::set<HeadRef> refs;
    for (const auto& [layer, of_layer] : heads) {
        for (const int head : of_layer)
            refs.insert({layer, head});
    }
    return refs;
}

MergeRule Choices::rule_at(double value) const {
    MergeRule rule{value, grouping, kv_policy, align, weights, rescale, representative};
    const auto of_included = [this](auto by_layer) {
        std::erase_if(by_layer,
                      [this](const auto& entry) { return excluded_layers.contains(entry.first); });
        return by_layer;
    };
    rule.groups = of_included(merged_groups);
    rule.removal.heads = of_included(by_layer(removed_heads));
    rule.excluded = of_included(by_layer(excluded_heads));
    rule.refit = refit;
    return rule;
}

GroupsByLayer with_group(GroupsByLayer groups, const std::set<HeadRef>& heads) {
    for (const auto& [layer, of_layer] : by_layer(heads)) {
        if (of_layer.size() < 2) continue;
        std::set<int> group(of_layer.begin(), of_layer.end());
        std::vector<HeadGroup>& all = groups[layer];
        std::erase_if(all, [&group](const HeadGroup& other) {
            const bool shares =
                std::ranges::any_of(other, [&group](int head) { return group.contains(head); });
            if (shares) group.insert(other.begin(), other.end());
            return shares;
        });
        all.emplace_back(group.begin(), group.end());
        std::ranges::sort(all);
    }
    return groups;
}

GroupsByLayer without_heads(GroupsByLayer groups, const std::set<HeadRef>& heads) {
    for (auto& [layer, of_layer] : groups) {
        for (HeadGroup& group : of_layer)
            std::erase_if(group, [&, of = layer](int head) { return heads.contains({of, head}); });
        std::erase_if(of_layer, [](const HeadGroup& group) { return group.size() < 2; });
    }
    std::erase_if(groups, [](const auto& entry) { return entry.second.empty(); });
    return groups;
}

Choices without_named_heads(Choices choices) {
    choices.excluded_heads.clear();
    choices.removed_heads.clear();
    choices.merged_groups.clear();
    return choices;
}

Choices with_heads_of(Choices choices, const ModelConfig& config) {
    const auto is_there = [&config](int layer, int head) {
        return layer < config.num_hidden_layers && head < config.heads_of(layer).heads;
    };
    for (std::set<HeadRef>* heads : {&choices.excluded_heads, &choices.removed_heads})
        std::erase_if(*heads, [&](HeadRef head) { return !is_there(head.layer, head.head); });
    for (auto& [layer, groups] : choices.merged_groups) {
        std::erase_if(groups, [&, of = layer](const HeadGroup& group) {
            return !is_there(of, *std::max_element(group.begin(), group.end()));
        });
    }
    std::erase_if(choices.merged_groups, [](const auto& entry) { return entry.second.empty(); });
    return choices;
}

}  // namespace headscope::ui
