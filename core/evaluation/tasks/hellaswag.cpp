#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

/// Removes "[...]" within a line: the regular expression \[.*?\].
std::string without_brackets(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '[') {
            const std::size_t end = text.find_first_of("]\n", at);
            if (end != std::string::npos && text[end] == ']') {
                at = end + 1;
                continue;
            }
        }
        result += text[at++];
    }
    return result;
}

/// Brackets are left over from the WikiHow part of the data set.
std::string cleaned(std::string_view text) {
    return replace_all(without_brackets(replace_all(strip(text), " [title]", ". ")), "  ", " ");
}

TaskItem item_of(const Record& record) {
    const std::vector<std::string> endings = record.texts("endings");
    std::vector<std::string> choices;
    for (const std::string& ending : endings)
        choices.push_back(cleaned(ending));
    const std::string context = record.text("activity_label") + ": " + record.text("ctx_a") + " " +
                                capitalize(record.text("ctx_b"));
    return choices_after(cleaned(context), choices, record.index("label", choices.size()));
}

std::vector<TaskItem> read(const std::filesystem::path& path) {
    return read_json_lines(path, item_of);
}

}  // namespace

extern const Task hellaswag;
const Task hellaswag{"hellaswag", "HellaSwag", "hellaswag_val.jsonl", TaskKind::multiple_choice,
                     read};

}  // namespace headscope::tasks
