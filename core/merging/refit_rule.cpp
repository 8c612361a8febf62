#include "core/merging/refit_rule.h"

#include <charconv>
#include <system_error>

#include "core/base/error.h"

namespace headscope {

std::string_view name_of(Refit refit) {
    switch (refit) {
        case Refit::none:
            return "none";
        case Refit::output:
            return "output";
        case Refit::output_and_mlp:
            return "output+mlp";
    }
    return "";
}

std::string_view name_of(RefitTarget target) {
    switch (target) {
        case RefitTarget::layer:
            return "layer";
        case RefitTarget::residual:
            return "residual";
        case RefitTarget::automatic:
            return "auto";
    }
    return "";
}

std::string_view name_of(RefitLayers layers) {
    return layers == RefitLayers::changed ? "changed" : "all";
}

Refit parse_refit(std::string_view name) {
    for (const Refit refit : {Refit::none, Refit::output, Refit::output_and_mlp}) {
        if (name_of(refit) == name) return refit;
    }
    fail(ErrorCode::bad_input, "\"{}\" is no refit; choose none, output or output+mlp", name);
}

RefitTarget parse_refit_target(std::string_view name) {
    for (const RefitTarget target :
         {RefitTarget::layer, RefitTarget::residual, RefitTarget::automatic}) {
        if (name_of(target) == name) return target;
    }
    fail(ErrorCode::bad_input, "\"{}\" is no target of a refit; choose layer, residual or auto",
         name);
}

RefitLayers parse_refit_layers(std::string_view name) {
    for (const RefitLayers layers : {RefitLayers::changed, RefitLayers::all}) {
        if (name_of(layers) == name) return layers;
    }
    fail(ErrorCode::bad_input, "\"{}\" are no layers of a refit; choose changed or all", name);
}

int parse_distill_steps(std::string_view text) {
    constexpr int kMost = 1'000'000;
    int steps = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), steps);
    if (error == std::errc() && end == text.data() + text.size() && steps >= 0 && steps <= kMost)
        return steps;
    fail(ErrorCode::bad_input, "\"{}\" is no number of steps; give one from 0 to {}", text, kMost);
}

double parse_distill_rate(std::string_view text) {
    double rate = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
    if (error == std::errc() && end == text.data() + text.size() && rate > 0.0 && rate <= 1.0)
        return rate;
    fail(ErrorCode::bad_input, "\"{}\" is no learning rate; give one above 0, at most 1", text);
}

}  // namespace headscope
