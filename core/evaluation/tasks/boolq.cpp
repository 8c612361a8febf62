#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

TaskItem item_of(const Record& record) {
    const char* key = record.has("label") ? "label" : "answer";
    const nlohmann::json& answer = record.value(key);
    if (!answer.is_boolean() && answer != 0 && answer != 1)
        record.wrong(std::string("\"") + key + "\" is neither true nor false");
    TaskItem item = choices_after(
        record.text("passage") + "\nQuestion: " + record.text("question") + "?\nAnswer:",
        {"no", "yes"}, answer == true || answer == 1 ? 1 : 0);
    item.lengths.clear();  // acc alone
    return item;
}

std::vector<TaskItem> read(const std::filesystem::path& path) {
    return read_json_lines(path, item_of);
}

}  // namespace

extern const Task boolq;
const Task boolq{"boolq", "BoolQ", "val.jsonl", TaskKind::multiple_choice, read};

}  // namespace headscope::tasks
