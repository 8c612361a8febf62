#include "core/report/journal.h"

#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace headscope {

Journal::Journal(const std::filesystem::path& directory, RunSettings settings,
                 std::vector<double> thresholds)
    : path_(directory / ".unfinished_evaluation.json"),
      settings_(std::move(settings)),
      thresholds_(std::move(thresholds)) {}

std::optional<Scores> Journal::load(std::size_t windows) const {
    std::error_code error;
    if (!std::filesystem::exists(path_, error)) return std::nullopt;
    try {
        const nlohmann::json file = read_json_file(path_);
        if (settings_from_json(file.at("settings"), path_.string()) != settings_)
            return std::nullopt;
        if (file.at("thresholds").get<std::vector<double>>() != thresholds_) return std::nullopt;
        Scores scores;
        scores.predictions_per_window = file.at("predictions_per_window").get<std::int64_t>();
        scores.done.assign(windows, 0);
        scores.values.assign(thresholds_.size() + 1, std::vector<WindowScore>(windows));
        for (const nlohmann::json& row : file.at("scores")) {
            // [window, nll and correct of each variant in turn]
            const auto window = row.at(0).get<std::size_t>();
            for (std::size_t v = 0; v < scores.values.size(); ++v) {
                scores.values[v].at(window) = {row.at(1 + 2 * v).get<double>(),
                                               row.at(2 + 2 * v).get<std::int64_t>()};
            }
            scores.done.at(window) = 1;
        }
        return scores;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

void Journal::save(const Scores& scores) const {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (std::size_t window = 0; window < scores.done.size(); ++window) {
        if (scores.done[window] == 0) continue;
        nlohmann::ordered_json row = {window};
        for (const auto& of_variant : scores.values) {
            row.push_back(of_variant[window].nll);
            row.push_back(of_variant[window].correct);
        }
        rows.push_back(std::move(row));
    }
    const nlohmann::ordered_json file = {{"settings", to_json(settings_)},
                                         {"thresholds", thresholds_},
                                         {"predictions_per_window", scores.predictions_per_window},
                                         {"scores", std::move(rows)}};
    write_file_atomically(path_, file.dump());
}

void Journal::remove() const {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

}  // namespace headscope
