#include "core/report/journal.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/report/results.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

std::string_view prefix(Journal::Of of) {
    return of == Journal::Of::text ? ".unfinished_evaluation_" : ".unfinished_tasks_";
}

std::string file_name(const RunSettings& settings, const std::vector<double>& thresholds,
                      Journal::Of of) {
    const nlohmann::ordered_json key = {to_json(settings), thresholds};
    return fmt::format("{}{}.json", prefix(of), sha256_hex(dump_line(key)).substr(0, 12));
}

/// Where the wanted thresholds stand among those of a journal; nothing where one is missing.
std::optional<std::vector<std::size_t>> find_columns(const std::vector<double>& have,
                                                     const std::vector<double>& wanted) {
    std::vector<std::size_t> columns = {0};  // the original
    for (const double threshold : wanted) {
        const auto found = std::find(have.begin(), have.end(), threshold);
        if (found == have.end()) return std::nullopt;
        columns.push_back(static_cast<std::size_t>(found - have.begin()) + 1);
    }
    return columns;
}

/// [nll, correct, kl, same top] of a window's predictions; the last two are empty where nothing was
/// compared. Floats as the shortest decimals that
/// read back as the same float32.
nlohmann::ordered_json tokens_json(const TokenScores& tokens) {
    return {tokens.nll, tokens.correct, tokens.kl, tokens.same_top};
}

std::shared_ptr<const TokenScores> tokens_from_json(const nlohmann::json& json) {
    TokenScores tokens{
        json.at(0).get<std::vector<float>>(), json.at(1).get<std::vector<std::uint8_t>>(),
        json.at(2).get<std::vector<float>>(), json.at(3).get<std::vector<std::uint8_t>>()};
    const std::size_t count = tokens.nll.size();
    const bool compared = !tokens.kl.empty() || !tokens.same_top.empty();
    if (tokens.correct.size() != count ||
        (compared && (tokens.kl.size() != count || tokens.same_top.size() != count)))
        fail(ErrorCode::bad_input, "journal: predictions that lack a value");
    return std::make_shared<const TokenScores>(std::move(tokens));
}

}  // namespace

Journal::Journal(const fs::path& directory, RunSettings settings, std::vector<double> thresholds,
                 Of of)
    : of_(of),
      path_(directory / file_name(settings, thresholds, of)),
      settings_(std::move(settings)),
      thresholds_(std::move(thresholds)) {}

std::optional<Scores> Journal::load(std::size_t windows) const {
    std::optional<Scores> best;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path_.parent_path(), error)) {
        if (!entry.path().filename().string().starts_with(prefix(of_))) continue;
        std::optional<Scores> scores = read(entry.path(), windows);
        if (!scores || (best && best->windows_done() >= scores->windows_done())) continue;
        best = std::move(scores);
    }
    return best;
}

std::optional<Scores> Journal::read(const fs::path& path, std::size_t windows) const {
    try {
        const nlohmann::json file = read_json_file(path);
        if (settings_from_json(file.at("settings"), path.string()) != settings_)
            return std::nullopt;
        const std::size_t thresholds = file.at("thresholds").size();
        const auto columns =
            find_columns(file.at("thresholds").get<std::vector<double>>(), thresholds_);
        if (!columns) return std::nullopt;
        Scores scores;
        scores.predictions_per_window = file.at("predictions_per_window").get<std::int64_t>();
        scores.done.assign(windows, 0);
        scores.values.assign(columns->size(), std::vector<WindowScore>(windows));
        for (const nlohmann::json& row : file.at("scores")) {
            // [window, nll and correct of each variant in turn, tokens of each where they are
            // known]
            const auto window = row.at(0).get<std::size_t>();
            const std::size_t tokens = 1 + 2 * (thresholds + 1);
            for (std::size_t v = 0; v < columns->size(); ++v) {
                const std::size_t at = 1 + 2 * columns->at(v);
                scores.values[v].at(window) = {row.at(at).get<double>(),
                                               row.at(at + 1).get<std::int64_t>()};
                if (row.size() > tokens) {
                    scores.values[v].at(window).tokens =
                        tokens_from_json(row.at(tokens + columns->at(v)));
                }
            }
            scores.done.at(window) = 1;
        }
        return scores;
    } catch (const std::exception&) {
        return std::nullopt;  // damaged: as if it were not there
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
        if (scores.values.front()[window].tokens) {
            for (const auto& of_variant : scores.values)
                row.push_back(tokens_json(*of_variant[window].tokens));
        }
        rows.push_back(std::move(row));
    }
    const nlohmann::ordered_json file = {{"settings", to_json(settings_)},
                                         {"thresholds", thresholds_},
                                         {"predictions_per_window", scores.predictions_per_window},
                                         {"scores", std::move(rows)}};
    write_file_atomically(path_, dump_line(file));
}

void Journal::remove() const {
    std::error_code ignored;
    fs::remove(path_, ignored);
    for (const auto& entry : fs::directory_iterator(path_.parent_path(), ignored)) {
        if (entry.path().filename().string().starts_with(prefix(of_)) && is_done(entry.path())) {
            fs::remove(entry.path(), ignored);
        }
    }
}

bool Journal::is_done(const fs::path& file) const {
    try {
        const nlohmann::json journal = read_json_file(file);
        if (settings_from_json(journal.at("settings"), file.string()) != settings_) return false;
        const auto thresholds = journal.at("thresholds").get<std::vector<double>>();
        return std::all_of(thresholds.begin(), thresholds.end(), [&](double threshold) {
            return fs::exists(file.parent_path() / results_file_name(threshold));
        });
    } catch (const std::exception&) {
        return false;  // not one that this program can judge
    }
}

}  // namespace headscope
