#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/evaluation/tasks/task.h"

/// What the readers of data sets share.
namespace headscope::tasks {

/// An object of a JSON lines file. Accessors throw Error(bad_input) naming the file, the line and
/// the field.
class Record {
  public:
    Record(nlohmann::json json, std::string where);

    [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
    [[nodiscard]] std::string text(const char* key) const;
    [[nodiscard]] std::vector<std::string> texts(const char* key) const;
    /// A number, or the decimal digits of one in a string, from 0 to `choices` - 1.
    [[nodiscard]] std::size_t index(const char* key, std::size_t choices) const;
    [[nodiscard]] const nlohmann::json& value(const char* key) const;
    [[noreturn]] void wrong(const std::string& what) const;
    [[nodiscard]] const std::string& where() const { return where_; }

  private:
    nlohmann::json json_;
    std::string where_;  ///< "val.jsonl, line 3"
};

/// Reads a file of one JSON object a line; blank lines are skipped. Throws Error(bad_input) for a
/// file that cannot be read or has no items.
std::vector<TaskItem> read_json_lines(const std::filesystem::path& path,
                                      const std::function<TaskItem(const Record&)>& item_of);

/// Rows of a CSV file (RFC 4180), without a header. Throws Error(bad_input).
std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& path);

/// A multiple choice question: each choice after the same context, a space between. `lengths` are
/// set.
TaskItem choices_after(const std::string& context, const std::vector<std::string>& choices,
                       std::size_t gold);

/// Choices with labels, as ARC and OpenBookQA have them in their own files
/// ({question: {stem, choices: [{text, label}]}}) and on the Hub ({question or question_stem,
/// choices: {text: [], label: []}}).
struct LabelledQuestion {
    std::string stem;
    std::vector<std::string> choices;
    std::size_t gold = 0;
};
LabelledQuestion labelled_question(const Record& record);

/// Python's str.strip(), str.lstrip(), str.rstrip() and str.capitalize(), and the number of
/// characters.
std::string_view strip(std::string_view text);
std::string_view strip_left(std::string_view text);
std::string_view strip_right(std::string_view text);
std::string capitalize(std::string_view text);
std::size_t character_count(std::string_view text);

/// Replaces every `from` by `to`, from the left, as str.replace().
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

}  // namespace headscope::tasks
