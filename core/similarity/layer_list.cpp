#include "core/similarity/layer_list.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"

namespace headscope {
namespace {

int parse_layer(std::string_view text) {
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    constexpr int kMost = 100'000;
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > kMost) {
        fail(ErrorCode::bad_input,
             "\"{}\" is not a layer; give numbers and ranges such as 0,3,8-15", text);
    }
    return value;
}

}  // namespace

std::vector<int> parse_layers(std::string_view text) {
    std::vector<int> layers;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        const std::size_t dash = part.find('-');
        const int first = parse_layer(part.substr(0, dash));
        const int last =
            dash == std::string_view::npos ? first : parse_layer(part.substr(dash + 1));
        if (last < first) {
            fail(ErrorCode::bad_input, "the range {} of layers runs backwards", part);
        }
        for (int layer = first; layer <= last; ++layer)
            layers.push_back(layer);
    }
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    return layers;
}

std::string layers_text(std::vector<int> layers) {
    std::sort(layers.begin(), layers.end());
    std::string text;
    for (std::size_t i = 0; i < layers.size();) {
        std::size_t end = i + 1;
        while (end < layers.size() && layers[end] == layers[end - 1] + 1)
            ++end;
        if (!text.empty()) text += ',';
        text += std::to_string(layers[i]);
        if (end - i > 1) text += '-' + std::to_string(layers[end - 1]);
        i = end;
    }
    return text;
}

}  // namespace headscope
