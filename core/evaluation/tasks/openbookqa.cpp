#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

std::vector<TaskItem> read(const std::filesystem::path& path) {
    return read_json_lines(path, [](const Record& record) {
        const LabelledQuestion question = labelled_question(record);
        return choices_after(question.stem, question.choices, question.gold);
    });
}

}  // namespace

extern const Task openbookqa;
const Task openbookqa{"openbookqa", "OpenBookQA", "test.jsonl", TaskKind::multiple_choice, read};

}  // namespace headscope::tasks
