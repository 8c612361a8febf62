#include "core/search/score_journal.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/process_rank.h"
#include "core/base/sha256.h"
#include "core/evaluation/evaluator.h"
#include "core/report/json_values.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

/// [window, negative log likelihood, correct]
bool read_row(const nlohmann::json& row, std::int64_t& window, WindowScore& score) {
    return row.is_array() && row.size() == 3 && read_value(row[0], window) &&
           read_value(row[1], score.nll) && read_value(row[2], score.correct);
}

/// The scores in a journal's text, in a book of their own, so that a damaged one leaves no half.
ScoreBook parse(const std::string& text, const nlohmann::ordered_json& settings,
                const ScoreBook& like) {
    ScoreBook book(like.windows(), like.predictions_per_window());
    const nlohmann::json file = parse_json(text, "journal");
    const bool same = file.at("settings") == nlohmann::json(settings) &&
                      file.at("windows") == book.windows() &&
                      file.at("predictions_per_window") == book.predictions_per_window();
    if (!same) return book;
    for (const auto& [name, rows] : file.at("scores").items()) {
        for (const nlohmann::json& row : rows) {
            std::int64_t window = -1;
            WindowScore score;
            if (!read_row(row, window, score) || window < 0 || window >= book.windows())
                fail(ErrorCode::bad_input, "journal: a row that is no score");
            book.add(name, window, score);
        }
    }
    return book;
}

}  // namespace

ScoreJournal::ScoreJournal(const fs::path& directory, const std::string& kind,
                           nlohmann::ordered_json settings)
    : path_(directory / fmt::format(".unfinished_{}_{}.json", kind,
                                    sha256_hex(dump_line(settings)).substr(0, 12))),
      settings_(std::move(settings)) {}

std::int64_t ScoreJournal::load(ScoreBook& book) const {
    std::string text;
    std::error_code error;
    if (process_rank().first() && fs::exists(path_, error)) {
        try {
            text = read_text_file(path_, kMostBytes);
        } catch (const Error&) {
            text.clear();  // as if it were not there
        }
    }
    text = broadcast(text);
    if (text.empty()) return 0;
    std::int64_t count = 0;
    try {
        const ScoreBook earlier = parse(text, settings_, book);
        for (const auto& [name, of_variant] : earlier.all()) {
            for (const auto& [window, score] : of_variant)
                book.add(name, window, score);
            count += static_cast<std::int64_t>(of_variant.size());
        }
    } catch (const std::exception&) {
        return 0;  // damaged
    }
    return count;
}

void ScoreJournal::save(const ScoreBook& book) const {
    if (!process_rank().first()) return;
    nlohmann::ordered_json scores = nlohmann::ordered_json::object();
    for (const auto& [name, of_variant] : book.all()) {
        nlohmann::ordered_json rows = nlohmann::ordered_json::array();
        for (const auto& [window, score] : of_variant)
            rows.push_back({window, score.nll, score.correct});
        scores[name] = std::move(rows);
    }
    const nlohmann::ordered_json file = {{"settings", settings_},
                                         {"windows", book.windows()},
                                         {"predictions_per_window", book.predictions_per_window()},
                                         {"scores", std::move(scores)}};
    write_file_atomically(path_, dump_line(file));
}

void ScoreJournal::save_if_possible(const ScoreBook& book) const {
    try {
        save(book);
    } catch (const Error&) {
        return;
    }
}

void ScoreJournal::remove() const {
    std::error_code ignored;
    if (process_rank().first()) fs::remove(path_, ignored);
}

}  // namespace headscope
