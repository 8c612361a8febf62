#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/evaluation/tasks/task.h"

namespace headscope {

// A task is a file of its own in this folder, and one name here.
#define HEADSCOPE_TASKS(X) \
    X(hellaswag)           \
    X(arc_easy)            \
    X(arc_challenge)       \
    X(piqa)                \
    X(winogrande)          \
    X(boolq)               \
    X(openbookqa)          \
    X(lambada_openai)      \
    X(mmlu)                \
    X(mmlu_5shot)          \
    X(wikitext)

namespace tasks {
#define HEADSCOPE_DECLARE(name) extern const Task name;
HEADSCOPE_TASKS(HEADSCOPE_DECLARE)
#undef HEADSCOPE_DECLARE
}  // namespace tasks

std::span<const Task> all_tasks() {
#define HEADSCOPE_ENTRY(name) tasks::name,
    static const std::array all = {HEADSCOPE_TASKS(HEADSCOPE_ENTRY)};
#undef HEADSCOPE_ENTRY
    return all;
}

const Task& find_task(std::string_view name) {
    std::string names;
    for (const Task& task : all_tasks()) {
        if (task.name == name) return task;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", task.name);
    }
    fail(ErrorCode::bad_input, "\"{}\" is not a task; choose from {}", name, names);
}

}  // namespace headscope
