#include <system_error>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

namespace fs = std::filesystem;

/// The lines of valid-labels.lst, which lies beside valid.jsonl; empty where there is none.
std::vector<std::size_t> labels_beside(const fs::path& path) {
    const fs::path file = path.parent_path() / (path.stem().string() + "-labels.lst");
    std::error_code error;
    std::vector<std::size_t> labels;
    if (!fs::exists(file, error)) return labels;
    for (const char c : read_text_file(file, std::size_t{1} << 24)) {
        if (c == '0' || c == '1') labels.push_back(c == '1' ? 1 : 0);
    }
    return labels;
}

std::vector<TaskItem> read(const fs::path& path) {
    const std::vector<std::size_t> labels = labels_beside(path);
    std::size_t count = 0;
    return read_json_lines(path, [&](const Record& record) {
        const std::size_t number = count++;
        if (!record.has("label") && number >= labels.size()) {
            record.wrong(
                "neither \"label\" nor a line of valid-labels.lst beside the file says "
                "which solution is right");
        }
        const std::size_t gold = record.has("label") ? record.index("label", 2) : labels[number];
        return choices_after("Question: " + record.text("goal") + "\nAnswer:",
                             {record.text("sol1"), record.text("sol2")}, gold);
    });
}

}  // namespace

extern const Task piqa;
const Task piqa{"piqa", "PIQA", "valid.jsonl with valid-labels.lst", TaskKind::multiple_choice,
                read};

}  // namespace headscope::tasks
