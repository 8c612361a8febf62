#include "core/search/score_book.h"

#include <algorithm>
#include <cstddef>

namespace headscope {

void ScoreBook::add(const std::string& name, std::int64_t window, const WindowScore& score) {
    scores_[name][window] = score;
}

void ScoreBook::add(const std::vector<std::string>& names, const Scores& scores) {
    for (std::size_t v = 0; v < names.size(); ++v) {
        OfVariant& of_variant = scores_[names[v]];
        for (std::size_t window = 0; window < scores.done.size(); ++window) {
            if (scores.done[window] != 0)
                of_variant[static_cast<std::int64_t>(window)] = scores.values.at(v)[window];
        }
    }
}

bool ScoreBook::knows(const std::string& name, std::int64_t window) const {
    const auto found = scores_.find(name);
    return found != scores_.end() && found->second.contains(window);
}

bool ScoreBook::knows(const std::string& name, std::span<const std::int64_t> windows) const {
    return std::all_of(windows.begin(), windows.end(),
                       [&](std::int64_t window) { return knows(name, window); });
}

Scores ScoreBook::pair(const std::string& original, const std::string& variant,
                       std::span<const std::int64_t> windows) const {
    const auto count = static_cast<std::size_t>(windows_);
    Scores scores{predictions_per_window_, std::vector<std::uint8_t>(count, 0), {}};
    for (const std::string& name : {original, variant}) {
        auto& values = scores.values.emplace_back(count);
        for (const std::int64_t window : windows)
            values[static_cast<std::size_t>(window)] = scores_.at(name).at(window);
    }
    for (const std::int64_t window : windows)
        scores.done[static_cast<std::size_t>(window)] = 1;
    return scores;
}

Change ScoreBook::change(const std::string& original, const std::string& variant,
                         std::span<const std::int64_t> windows) const {
    return pair(original, variant, windows).change(0, 1);
}

}  // namespace headscope
