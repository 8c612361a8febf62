#include "core/merging/merge_fields.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace headscope {
namespace {

using Text = const std::string&;

std::string text(std::string_view name) {
    return std::string(name);
}

/// Which heads go and which go first are options of their own.
void set_removal(MergeRule& rule, Text value) {
    const RemovalOrder order = rule.removal.order;
    rule.removal = parse_removal(value);
    rule.removal.order = order;
}

}  // namespace

const std::vector<MergeField>& merge_fields() {
    using enum MergeField::InFile;
    static const std::vector<MergeField> fields = {
        {.name = "grouping",
         .help = "How pairs become groups",
         .values = {"components", "complete", "matching", "sequential"},
         .in_file = required,
         .text = [](const MergeRule& rule) { return text(name_of(rule.grouping)); },
         .set = [](MergeRule& rule, Text value) { rule.grouping = parse_grouping(value); }},
        {.name = "kv_policy",
         .help = "What happens to the keys and values behind merged heads",
         .values = {"average", "keep", "within"},
         .in_file = required,
         .text = [](const MergeRule& rule) { return text(name_of(rule.kv_policy)); },
         .set = [](MergeRule& rule, Text value) { rule.kv_policy = parse_kv_policy(value); }},
        {.name = "align",
         .help = "Turn heads into one basis before they are averaged: as their weights agree best, "
                 "or their attended values on a calibration text",
         .values = {"none", "weights", "activations"},
         .phrase = "aligned by {}",
         .in_file = written,
         .text = [](const MergeRule& rule) { return text(name_of(rule.align)); },
         .set = [](MergeRule& rule, Text value) { rule.align = parse_alignment(value); }},
        {.name = "weights",
         .help = "How much a head counts in means: each the same, by the norm of O V, or by what "
                 "it writes on a calibration text",
         .values = {"plain", "norm", "usage"},
         .phrase = "weighted by {}",
         .in_file = written,
         .text = [](const MergeRule& rule) { return text(name_of(rule.weights)); },
         .set = [](MergeRule& rule, Text value) { rule.weights = parse_mean_weights(value); }},
        {.name = "rescale",
         .help = "Scale each mean to the mean norm of the blocks that it replaces",
         .flag = true,
         .phrase = "rescaled",
         .in_file = written,
         .text = [](const MergeRule& rule) { return text(rule.rescale ? "true" : "false"); },
         .set = [](MergeRule& rule, Text value) { rule.rescale = value == "true"; }},
        {.name = "representative",
         .help = "The query of merged heads: their mean, or that of the head that writes most",
         .values = {"mean", "stronger"},
         .phrase = "query of the {} head",
         .text = [](const MergeRule& rule) { return text(name_of(rule.representative)); },
         .set = [](MergeRule& rule,
                   Text value) { rule.representative = parse_representative(value); }},
        {.name = "merge",
         .help = "Heads to merge at any similarity, such as 3:0-1,4-5;7:2-8 (layer:groups)",
         .phrase = "merged {}",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return groups_text(rule.groups); },
         .set = [](MergeRule& rule, Text value) { rule.groups = parse_groups(value); }},
        {.name = "remove",
         .help = "Heads to remove: heads:25%, kv_heads:33%, layers:6 (whose attention is skipped), "
                 "or a list of layer:heads such as 3:7,12;5:0",
         .phrase = "removed {}",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return removal_text(rule.removal); },
         .set = set_removal},
        {.name = "remove_by",
         .help = "Which go first: those that write least, or those that a refit makes up for best",
         .values = {"norm", "refit"},
         .phrase = "in the order of {}",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return text(name_of(rule.removal.order)); },
         .set = [](MergeRule& rule,
                   Text value) { rule.removal.order = parse_removal_order(value); }},
        {.name = "refit",
         .help = "Fit the output weights of changed layers' attention, or of their MLP too, to "
                 "what the "
                 "original writes on the calibration text",
         .values = {"none", "output", "output+mlp"},
         .phrase = "{} refitted",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return text(name_of(rule.refit.refit)); },
         .set = [](MergeRule& rule, Text value) { rule.refit.refit = parse_refit(value); }},
        {.name = "refit_target",
         .help = "What a refitted layer is to write: what the original's did, or also what the "
                 "residual stream lacks by then",
         .values = {"auto", "layer", "residual"},
         .phrase = "to target {}",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return text(name_of(rule.refit.target)); },
         .set = [](MergeRule& rule, Text value) { rule.refit.target = parse_refit_target(value); }},
        {.name = "refit_layers",
         .help = "Which layers are refitted: the changed ones, or all behind the first of them",
         .values = {"changed", "all"},
         .phrase = "in {} layers",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return text(name_of(rule.refit.layers)); },
         .set = [](MergeRule& rule, Text value) { rule.refit.layers = parse_refit_layers(value); }},
        {.name = "distill",
         .help = "Then train the fitted weights for so many steps to predict what the original "
                 "predicts on the calibration text",
         .number = true,
         .phrase = "trained for {} steps",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return std::to_string(rule.refit.distill); },
         .set = [](MergeRule& rule,
                   Text value) { rule.refit.distill = parse_distill_steps(value); }},
        {.name = "distill_rate",
         .help = "The highest learning rate of that training, as a share of the root mean square "
                 "of each matrix",
         .number = true,
         .phrase = "at a rate of {}",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return fmt::format("{}", rule.refit.distill_rate); },
         .set = [](MergeRule& rule,
                   Text value) { rule.refit.distill_rate = parse_distill_rate(value); }},
        {.name = "exclude",
         .help = "Heads that no threshold selects, such as 3:7,12;5:0 (layer:heads)",
         .phrase = "without heads {}",
         .of_whole_plan = true,
         .text = [](const MergeRule& rule) { return heads_text(rule.excluded); },
         .set = [](MergeRule& rule, Text value) { rule.excluded = parse_heads(value); }},
    };
    return fields;
}

const MergeField& find_merge_field(std::string_view name) {
    return *std::ranges::find(merge_fields(), name, &MergeField::name);
}

MergeRule without_whole_plan(MergeRule rule) {
    for (const MergeField& field : merge_fields()) {
        if (field.of_whole_plan) field.set(rule, field.default_text());
    }
    return rule;
}

std::string merge_phrases(const MergeRule& rule) {
    std::string phrases;
    for (const MergeField& field : merge_fields()) {
        const std::string value = field.text(rule);
        if (!field.phrase.empty() && value != field.default_text())
            phrases += ", " + fmt::format(fmt::runtime(field.phrase), value);
    }
    return phrases;
}

}  // namespace headscope
