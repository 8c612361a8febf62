#include <algorithm>
#include <system_error>

#include "core/base/error.h"
#include "core/report/analysis.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

bool is_results_name(const std::string& name) {
    return name.starts_with("results_threshold_") && name.ends_with(".json");
}

std::vector<fs::path> results_files(const fs::path& directory) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
        if (is_results_name(at->path().filename().string())) files.push_back(at->path());
    }
    if (error) {
        fail(ErrorCode::bad_input, "{}: cannot be listed ({}); give the folder of a batch",
             directory.string(), error.message());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

ReadRuns read_runs(const fs::path& directory, const ProgressFn& progress,
                   const std::stop_token& stop) {
    const std::vector<fs::path> files = results_files(directory);
    const auto total = static_cast<std::int64_t>(files.size());
    ReadRuns read;
    for (const fs::path& file : files) {
        throw_if_stopped(stop);
        try {
            read.runs.push_back({file, std::make_shared<const Result>(read_result(file))});
        } catch (const Error& error) {
            read.unread.push_back({file, error.what()});
        }
        const auto done = static_cast<std::int64_t>(read.runs.size() + read.unread.size());
        if (progress) progress({"reading", done, total, "files"});
    }
    return read;
}

}  // namespace headscope
