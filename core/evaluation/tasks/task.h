#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// What is scored: the log-likelihood of `continuation` after `context`. Both are UTF-8.
struct TaskRequest {
    std::string context;
    std::string continuation;
};

/// One item of a data set.
struct TaskItem {
    std::vector<TaskRequest> requests;  ///< one for each choice; one for a cloze
    std::size_t gold = 0;               ///< the right choice
    /// Characters of each choice, which acc_norm divides by; empty where the task has no acc_norm.
    std::vector<double> lengths;
    double words = 0.0;  ///< of a rolling item: what its text stands for
    double bytes = 0.0;  ///< likewise, in UTF-8
};

enum class TaskKind {
    multiple_choice,  ///< acc, and acc_norm where items have lengths
    cloze,            ///< acc of greedy decoding, perplexity
    rolling,          ///< of a whole text: perplexity a word and a byte, bits a byte
};

/// A task scored by log-likelihoods, as lm-evaluation-harness 0.4.13 scores the task of that name.
struct Task {
    std::string_view name;
    std::string_view title;  ///< for people
    std::string_view files;  ///< what the data set's file is called
    TaskKind kind = TaskKind::multiple_choice;
    /// Reads the items of a file, or of a folder where the task has several. Throws
    /// Error(bad_input) that names the file and the line.
    std::vector<TaskItem> (*read)(const std::filesystem::path& path) = nullptr;
};

/// All tasks, in the order of the documentation.
std::span<const Task> all_tasks();

/// Throws Error(bad_input) that lists the names.
const Task& find_task(std::string_view name);

}  // namespace headscope
