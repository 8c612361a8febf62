#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

/// The options end the context; what is scored is the rest of the sentence, the same after both.
TaskItem item_of(const Record& record) {
    const std::string sentence = record.text("sentence");
    const std::size_t blank = sentence.find('_');
    if (blank == std::string::npos) record.wrong("\"sentence\" has no blank, _");
    TaskItem item;
    const std::string rest = " " + std::string(strip(std::string_view(sentence).substr(blank + 1)));
    for (const char* option : {"option1", "option2"})
        item.requests.push_back({sentence.substr(0, blank) + record.text(option), rest});
    const std::string answer = record.text("answer");
    if (answer != "1" && answer != "2") record.wrong("\"answer\" is neither 1 nor 2");
    item.gold = answer == "1" ? 0 : 1;
    return item;
}

std::vector<TaskItem> read(const std::filesystem::path& path) {
    return read_json_lines(path, item_of);
}

}  // namespace

extern const Task winogrande;
const Task winogrande{"winogrande", "WinoGrande", "dev.jsonl", TaskKind::multiple_choice, read};

}  // namespace headscope::tasks
