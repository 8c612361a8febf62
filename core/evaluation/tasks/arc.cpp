#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

std::vector<TaskItem> read(const std::filesystem::path& path) {
    return read_json_lines(path, [](const Record& record) {
        const LabelledQuestion question = labelled_question(record);
        return choices_after("Question: " + question.stem + "\nAnswer:", question.choices,
                             question.gold);
    });
}

}  // namespace

extern const Task arc_easy;
extern const Task arc_challenge;
const Task arc_easy{"arc_easy", "ARC easy", "ARC-Easy-Test.jsonl", TaskKind::multiple_choice, read};
const Task arc_challenge{"arc_challenge", "ARC challenge", "ARC-Challenge-Test.jsonl",
                         TaskKind::multiple_choice, read};

}  // namespace headscope::tasks
