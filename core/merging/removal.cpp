#include "core/merging/removal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::array kUnits = {
    std::pair{RemovalUnit::heads, std::string_view("heads")},
    std::pair{RemovalUnit::kv_heads, std::string_view("kv_heads")},
    std::pair{RemovalUnit::layers, std::string_view("layers")},
};

[[noreturn]] void refuse(std::string_view text) {
    fail(ErrorCode::bad_input,
         "\"{}\" is nothing to remove; give heads:25%, kv_heads:33%, layers:6, or heads of layers "
         "such as 3:7,12;5:0",
         text);
}

template <typename Value>
bool read_number(std::string_view text, Value& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

/// "3:7,12;5:0"; nothing where it is something else.
std::optional<HeadsByLayer> read_list(std::string_view text) {
    HeadsByLayer all;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view heads = take_until(rest, ';');
        int layer = -1;
        if (heads.find(':') == std::string_view::npos ||
            !read_number(take_until(heads, ':'), layer) || layer < 0 || heads.empty()) {
            return std::nullopt;
        }
        std::set<int> of_layer(all[layer].begin(), all[layer].end());
        while (!heads.empty()) {
            int head = -1;
            if (!read_number(take_until(heads, ','), head) || head < 0) return std::nullopt;
            of_layer.insert(head);
        }
        all[layer].assign(of_layer.begin(), of_layer.end());
    }
    return all;
}

std::int64_t units_of(RemovalUnit unit, const HeadCounts& counts) {
    return unit == RemovalUnit::heads      ? counts.heads
           : unit == RemovalUnit::kv_heads ? counts.kv_heads
                                           : 1;
}

void check_layer(int layer, const ModelConfig& config) {
    if (layer < config.num_hidden_layers) return;
    fail(ErrorCode::bad_input, "there is no layer {} to change: the model has {}", layer,
         config.num_hidden_layers);
}

}  // namespace

std::string_view name_of(RemovalUnit unit) {
    return std::find_if(kUnits.begin(), kUnits.end(),
                        [unit](const auto& entry) { return entry.first == unit; })
        ->second;
}

Removal parse_removal(std::string_view text) {
    Removal removal;
    if (text.empty()) return removal;
    for (const auto& [unit, name] : kUnits) {
        if (!text.starts_with(name) || text.substr(name.size(), 1) != ":") continue;
        std::string_view amount = text.substr(name.size() + 1);
        removal.unit = unit;
        if (amount.ends_with('%')) {
            amount.remove_suffix(1);
            double percent = 0.0;
            if (!read_number(amount, percent) || !(percent > 0.0 && percent < 100.0)) refuse(text);
            removal.share = percent / 100.0;
        } else if (!read_number(amount, removal.count) || removal.count < 1) {
            refuse(text);
        }
        return removal;
    }
    const std::optional<HeadsByLayer> heads = read_list(text);
    if (!heads || heads->empty()) refuse(text);
    removal.heads = *heads;
    return removal;
}

HeadsByLayer parse_heads(std::string_view text) {
    const std::optional<HeadsByLayer> heads = read_list(text);
    if (!heads) {
        fail(ErrorCode::bad_input, "\"{}\" names no heads; give heads of layers such as 3:7,12;5:0",
             text);
    }
    return *heads;
}

std::string heads_text(const HeadsByLayer& heads) {
    std::string text;
    for (const auto& [layer, of_layer] : heads)
        text += fmt::format("{}{}:{}", text.empty() ? "" : ";", layer, fmt::join(of_layer, ","));
    return text;
}

void check_heads(const HeadsByLayer& heads, const ModelConfig& config) {
    for (const auto& [layer, of_layer] : heads) {
        check_layer(layer, config);
        const std::int64_t count = config.heads_of(layer).heads;
        if (!of_layer.empty() && of_layer.back() >= count) {
            fail(ErrorCode::bad_input, "layer {} has no head {}: it has {}", layer, of_layer.back(),
                 count);
        }
    }
}

GroupsByLayer parse_groups(std::string_view text) {
    const auto refuse_groups = [text] {
        fail(ErrorCode::bad_input,
             "\"{}\" names no heads to merge; give groups of layers such as 3:0-1,4-5;7:2-8", text);
    };
    GroupsByLayer all;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view groups = take_until(rest, ';');
        int layer = -1;
        if (groups.find(':') == std::string_view::npos ||
            !read_number(take_until(groups, ':'), layer) || layer < 0 || groups.empty()) {
            refuse_groups();
        }
        while (!groups.empty()) {
            std::string_view heads = take_until(groups, ',');
            std::set<int> group;
            while (!heads.empty()) {
                int head = -1;
                if (!read_number(take_until(heads, '-'), head) || head < 0) refuse_groups();
                group.insert(head);
            }
            if (group.size() < 2) refuse_groups();
            all[layer].emplace_back(group.begin(), group.end());
        }
    }
    return all;
}

std::string groups_text(const GroupsByLayer& groups) {
    std::string text;
    for (const auto& [layer, of_layer] : groups) {
        text += fmt::format("{}{}:", text.empty() ? "" : ";", layer);
        for (std::size_t i = 0; i < of_layer.size(); ++i)
            text += fmt::format("{}{}", i == 0 ? "" : ",", fmt::join(of_layer[i], "-"));
    }
    return text;
}

void check_groups(const GroupsByLayer& groups, const ModelConfig& config) {
    for (const auto& [layer, of_layer] : groups) {
        check_layer(layer, config);
        for (const HeadGroup& group : of_layer) {
            const int last = *std::max_element(group.begin(), group.end());
            const std::int64_t count = config.heads_of(layer).heads;
            if (last >= count)
                fail(ErrorCode::bad_input, "layer {} has no head {} to merge: it has {}", layer,
                     last, count);
        }
    }
}

std::string removal_text(const Removal& removal) {
    if (removal.empty()) return {};
    if (!removal.heads.empty()) return heads_text(removal.heads);
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const auto& known) { return known.first == removal.unit; });
    return removal.count > 0 ? fmt::format("{}:{}", unit->second, removal.count)
                             : fmt::format("{}:{:.10g}%", unit->second, 100.0 * removal.share);
}

std::string_view name_of(RemovalOrder order) {
    return order == RemovalOrder::norm ? "norm" : "refit";
}

RemovalOrder parse_removal_order(std::string_view name) {
    for (const RemovalOrder order : {RemovalOrder::norm, RemovalOrder::refit}) {
        if (name_of(order) == name) return order;
    }
    fail(ErrorCode::bad_input, "\"{}\" is no order to remove heads in; choose norm or refit", name);
}

RemovalSteps steps_by_norm(const Removal& removal, const LayerCalibration& calibration,
                           const HeadCounts& counts) {
    if (std::ssize(calibration.usage) != counts.heads || !(calibration.residual > 0.0)) {
        fail(ErrorCode::bad_input,
             "--remove needs the figures of a calibration text, and there are none for layer {}",
             calibration.layer);
    }
    const std::int64_t units = units_of(removal.unit, counts);
    const std::int64_t served = counts.heads / units;
    RemovalSteps steps;
    for (std::int64_t unit = 0; unit < units; ++unit) {
        RemovalStep step{std::vector<int>(static_cast<std::size_t>(served)), 0.0};
        std::iota(step.heads.begin(), step.heads.end(), static_cast<int>(unit * served));
        for (const int head : step.heads)
            step.error += calibration.usage[static_cast<std::size_t>(head)] / calibration.residual;
        steps.push_back(std::move(step));
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const auto& a, const auto& b) { return a.error < b.error; });
    return steps;
}

HeadsByLayer choose_removed(const Removal& removal, const ModelConfig& config,
                            const std::vector<LayerCalibration>& calibration) {
    check_heads(removal.heads, config);
    if (!removal.chooses()) return removal.heads;
    struct Walk {
        int layer;
        RemovalSteps steps;
        std::size_t next = 0;
    };
    std::vector<Walk> walks;
    std::int64_t units = 0;
    for (const LayerCalibration& layer : calibration) {
        const HeadCounts counts = config.heads_of(layer.layer);
        units += units_of(removal.unit, counts);
        walks.push_back({layer.layer, layer.removal_steps.empty()
                                          ? steps_by_norm(removal, layer, counts)
                                          : layer.removal_steps});
    }
    const std::int64_t wanted = removal.count > 0
                                    ? removal.count
                                    : std::llround(removal.share * static_cast<double>(units));
    if (wanted >= units) {
        fail(ErrorCode::bad_input,
             "--remove {}: there are {} in the chosen layers; leave at least one",
             removal_text(removal), units);
    }
    HeadsByLayer removed;
    for (std::int64_t gone = 0; gone < wanted; ++gone) {
        Walk* best = nullptr;
        for (Walk& walk : walks) {
            if (walk.next == walk.steps.size()) continue;
            if (best == nullptr || walk.steps[walk.next].error < best->steps[best->next].error)
                best = &walk;
        }
        const RemovalStep& step = best->steps[best->next++];
        std::vector<int>& heads = removed[best->layer];
        heads.insert(heads.end(), step.heads.begin(), step.heads.end());
    }
    for (auto& [layer, heads] : removed)
        std::sort(heads.begin(), heads.end());
    return removed;
}

}  // namespace headscope
