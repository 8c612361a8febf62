#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

namespace fs = std::filesystem;

struct Question {
    std::string text;  ///< up to "Answer:"
    std::size_t gold = 0;
};

std::vector<Question> read_questions(const fs::path& path) {
    std::vector<Question> questions;
    for (const std::vector<std::string>& row : read_csv(path)) {
        const std::size_t gold =
            row.size() == 6 && row[5].size() == 1 ? std::string_view("ABCD").find(row[5]) : 4;
        if (gold >= 4) {
            fail(ErrorCode::bad_input,
                 "{}: question {} is not a question, four choices and one of A, B, C, D",
                 path.string(), questions.size() + 1);
        }
        questions.push_back({fmt::format("{}\nA. {}\nB. {}\nC. {}\nD. {}\nAnswer:", strip(row[0]),
                                         row[1], row[2], row[3], row[4]),
                             gold});
    }
    return questions;
}

/// The questions of one subject, "anatomy_test.csv", with examples from "../dev/anatomy_dev.csv".
void add_subject(const fs::path& file, std::size_t shots, std::vector<TaskItem>& items) {
    std::string subject = file.stem().string();
    for (const char* split : {"_test", "_val", "_dev"}) {
        if (subject.ends_with(split)) subject.resize(subject.size() - std::string(split).size());
    }
    std::string prompt =
        fmt::format("The following are multiple choice questions (with answers) about {}.\n\n",
                    replace_all(subject, "_", " "));
    if (shots > 0) {
        const fs::path dev = file.parent_path().parent_path() / "dev" / (subject + "_dev.csv");
        const std::vector<Question> examples = read_questions(dev);
        if (examples.size() < shots) {
            fail(ErrorCode::bad_input, "{}: {} examples, and {} are needed", dev.string(),
                 examples.size(), shots);
        }
        for (std::size_t i = 0; i < shots; ++i)
            prompt += fmt::format("{} {}\n\n", examples[i].text, "ABCD"[examples[i].gold]);
    }
    for (const Question& question : read_questions(file)) {
        TaskItem item = choices_after(prompt + question.text, {"A", "B", "C", "D"}, question.gold);
        item.lengths.clear();  // acc alone
        items.push_back(std::move(item));
    }
}

/// `path`: the CSV file of one subject, a folder of them, or the folder that holds test and dev.
std::vector<TaskItem> read_subjects(const fs::path& path, std::size_t shots) {
    std::error_code error;
    std::vector<fs::path> files;
    if (fs::is_directory(path, error)) {
        const fs::path folder = fs::is_directory(path / "test", error) ? path / "test" : path;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            if (entry.path().extension() == ".csv") files.push_back(entry.path());
        }
        std::sort(files.begin(), files.end());
    } else {
        files.push_back(path);
    }
    std::vector<TaskItem> items;
    for (const fs::path& file : files)
        add_subject(file, shots, items);
    if (items.empty()) {
        fail(ErrorCode::bad_input, "{}: no questions; MMLU is a folder with test and dev",
             path.string());
    }
    return items;
}

}  // namespace

extern const Task mmlu;
extern const Task mmlu_5shot;
const Task mmlu{"mmlu", "MMLU", "the folder with test and dev", TaskKind::multiple_choice,
                [](const fs::path& path) { return read_subjects(path, 0); }};
const Task mmlu_5shot{"mmlu_5shot", "MMLU, 5 examples", "the folder with test and dev",
                      TaskKind::multiple_choice,
                      [](const fs::path& path) { return read_subjects(path, 5); }};

}  // namespace headscope::tasks
