#include "core/tokenizer/tokenizer_pipeline.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>

#include "core/base/error.h"
#include "core/tokenizer/word_expressions.h"

namespace headscope {
namespace {

[[noreturn]] void refuse_step(const JsonValue& step, std::string_view type) {
    fail(ErrorCode::unsupported,
         "{}: {} \"{}\" is not one that this version of Headscope reads; choose a model with "
         "another tokenizer",
         step.source(), step.path(), type);
}

// Files have five at most; each takes memory of its own where it is used.
constexpr std::size_t max_steps = 32;

/// The steps of a possible Sequence, whose members are under `members`, in order. Files nest
/// Sequences at most twice; deeper ones are refused.
std::vector<JsonValue> flatten(const JsonValue& value, std::string_view members, int depth = 0) {
    if (value.at("type").text() != "Sequence") return {value};
    if (depth == 8) value.refuse("nested at most 8 times");
    std::vector<JsonValue> steps;
    for (const JsonValue& item : value.at(members).items()) {
        std::vector<JsonValue> inner = flatten(item, members, depth + 1);
        std::move(inner.begin(), inner.end(), std::back_inserter(steps));
        if (steps.size() > max_steps) value.refuse("a Sequence of at most 32 steps");
    }
    return steps;
}

Regex read_pattern(const JsonValue& pattern) {
    if (const auto text = pattern.find("String")) return Regex::literal(std::string(text->text()));
    return Regex::expression(std::string(pattern.at("Regex").text()),
                             std::string(pattern.source()));
}

std::optional<UnicodeForm> unicode_form(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, UnicodeForm>, 4> forms = {{
        {"NFC", UnicodeForm::nfc},
        {"NFD", UnicodeForm::nfd},
        {"NFKC", UnicodeForm::nfkc},
        {"NFKD", UnicodeForm::nfkd},
    }};
    for (const auto& [name, form] : forms) {
        if (name == type) return form;
    }
    return std::nullopt;
}

SplitBehavior read_behavior(const JsonValue& step) {
    constexpr std::array<std::pair<std::string_view, SplitBehavior>, 5> behaviors = {{
        {"Removed", SplitBehavior::removed},
        {"Isolated", SplitBehavior::isolated},
        {"MergedWithPrevious", SplitBehavior::merged_with_previous},
        {"MergedWithNext", SplitBehavior::merged_with_next},
        {"Contiguous", SplitBehavior::contiguous},
    }};
    const std::string_view text = step.at("behavior").text();
    for (const auto& [name, behavior] : behaviors) {
        if (name == text) return behavior;
    }
    refuse_step(step, text);
}

PreTokenizer::Metaspace read_metaspace(const JsonValue& step) {
    using Prefix = PreTokenizer::Metaspace::Prefix;
    PreTokenizer::Metaspace metaspace;
    const JsonValue replacement = step.at("replacement");
    metaspace.replacement = replacement.text();
    const auto continues = [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
    };
    if (std::count_if(metaspace.replacement.begin(), metaspace.replacement.end(),
                      std::not_fn(continues)) != 1)
        replacement.refuse("one character");
    const bool always = step.boolean("add_prefix_space", true);  // how older files say it
    const std::string_view scheme = step.text("prepend_scheme", always ? "always" : "never");
    if (scheme == "always") {
        metaspace.prefix = Prefix::always;
    } else if (scheme == "first") {
        metaspace.prefix = Prefix::first;
    } else if (scheme == "never") {
        metaspace.prefix = Prefix::never;
    } else {
        refuse_step(step, scheme);
    }
    return metaspace;
}

void add_step(const JsonValue& step, PreTokenizerSteps& result) {
    const std::string_view type = step.at("type").text();
    // What follows would see the text in the byte alphabet.
    if (result.byte_level) refuse_step(step, type);
    auto& steps = result.steps;
    if (type == "Split") {
        steps.emplace_back(PreTokenizer::Split{read_pattern(step.at("pattern")),
                                               read_behavior(step), step.boolean("invert", false)});
    } else if (type == "ByteLevel") {
        if (step.boolean("add_prefix_space", true)) steps.emplace_back(PreTokenizer::PrefixSpace{});
        if (step.boolean("use_regex", true))
            steps.push_back(isolate(gpt2_expression, step.source()));
        result.byte_level = true;
    } else if (type == "Digits") {
        const bool individual = step.boolean("individual_digits", false);
        steps.push_back(isolate(individual ? "\\p{N}" : "\\p{N}+", step.source()));
    } else if (type == "Metaspace") {
        // Two could make a text longer and longer.
        for (const PreTokenizer::Step& other : steps) {
            if (std::holds_alternative<PreTokenizer::Metaspace>(other)) refuse_step(step, type);
        }
        PreTokenizer::Metaspace metaspace = read_metaspace(step);
        Regex replacement = Regex::literal(metaspace.replacement);
        steps.emplace_back(std::move(metaspace));
        if (step.boolean("split", true)) {
            steps.emplace_back(PreTokenizer::Split{std::move(replacement),
                                                   SplitBehavior::merged_with_next, false});
        }
    } else {
        refuse_step(step, type);
    }
}

}  // namespace

std::vector<Normalizer::Step> read_normalizer(const JsonValue& value) {
    std::vector<Normalizer::Step> steps;
    for (const JsonValue& step : flatten(value, "normalizers")) {
        const std::string_view type = step.at("type").text();
        if (const auto form = unicode_form(type)) {
            steps.emplace_back(*form);
        } else if (type == "Prepend") {
            steps.emplace_back(Normalizer::Prepend{std::string(step.at("prepend").text())});
        } else if (type == "Replace") {
            steps.emplace_back(Normalizer::Replace{read_pattern(step.at("pattern")),
                                                   std::string(step.at("content").text())});
        } else {
            refuse_step(step, type);
        }
    }
    return steps;
}

PreTokenizerSteps read_pre_tokenizer(const JsonValue& value) {
    PreTokenizerSteps result;
    for (const JsonValue& step : flatten(value, "pretokenizers"))
        add_step(step, result);
    return result;
}

}  // namespace headscope
