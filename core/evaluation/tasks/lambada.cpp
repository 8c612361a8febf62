#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

TaskItem item_of(const Record& record) {
    const std::string text = record.text("text");
    const std::size_t space = text.rfind(' ');
    if (space == std::string::npos) record.wrong("\"text\" is a single word");
    TaskItem item;
    item.requests.push_back({text.substr(0, space), text.substr(space)});
    return item;
}

std::vector<TaskItem> read(const std::filesystem::path& path) {
    return read_json_lines(path, item_of);
}

}  // namespace

extern const Task lambada_openai;
const Task lambada_openai{"lambada_openai", "LAMBADA (OpenAI)", "lambada_test.jsonl",
                          TaskKind::cloze, read};

}  // namespace headscope::tasks
