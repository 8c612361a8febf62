#include "core/checkpoint/model_place.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

#include "core/base/error.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSnapshots = "snapshots";

/// The commit that `refs/main` of a cached repository names; empty where there is none.
std::string main_commit(const fs::path& repository) {
    std::ifstream file(repository / "refs" / "main");
    std::string commit;
    file >> commit;
    return commit.find('/') == std::string::npos ? commit : std::string();
}

/// The snapshot of a repository in Hugging Face's cache.
fs::path snapshot_of(const fs::path& repository) {
    const fs::path snapshots = repository / kSnapshots;
    std::error_code error;
    if (const std::string commit = main_commit(repository);
        !commit.empty() && fs::is_directory(snapshots / commit, error)) {
        return snapshots / commit;
    }
    const std::vector<std::string> names = file_names(snapshots);
    if (names.size() == 1) return snapshots / names.front();
    fail(ErrorCode::bad_input,
         "{}: {} snapshots, and refs/main names none of them; choose one of the folders in {}",
         repository.string(), names.size(), snapshots.string());
}

/// The folder itself where it is no cached repository.
fs::path follow_cache(const fs::path& folder) {
    std::error_code error;
    if (folder.filename() == kSnapshots && fs::is_directory(folder.parent_path() / "blobs", error))
        return snapshot_of(folder.parent_path());
    if (fs::is_directory(folder / kSnapshots, error) && !fs::exists(folder / "config.json", error))
        return snapshot_of(folder);
    return folder;
}

}  // namespace

bool ModelPlace::has(std::string_view name) const {
    return std::binary_search(names.begin(), names.end(), name);
}

std::vector<std::string> file_names(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (auto it = fs::directory_iterator(directory, error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
        names.push_back(it->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

fs::path model_directory(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
        fail(ErrorCode::bad_input, "{}: cannot be opened ({}); choose a model folder",
             path.string(), error ? error.message() : "no such file or folder");
    }
    if (!fs::is_directory(status)) return path.has_parent_path() ? path.parent_path() : ".";
    return follow_cache(path.has_filename() ? path : path.parent_path());  // "folder/"
}

fs::path one_model(const std::vector<fs::path>& paths) {
    const fs::path& first = paths.front();
    if (paths.size() == 1) return first;
    const fs::path directory = model_directory(first);
    const auto is_gguf = [](const fs::path& path) { return path.extension() == ".gguf"; };
    const auto gguf = std::find_if(paths.begin(), paths.end(), is_gguf);
    for (const fs::path& path : paths) {
        if (!fs::equivalent(model_directory(path), directory)) {
            fail(
                ErrorCode::bad_input,
                "{} and {} lie in different folders; give the files of one model, or use headscope "
                "compare for two",
                first.string(), path.string());
        }
        if (is_gguf(path) &&
            find_checkpoint(path).second.tensors != find_checkpoint(*gguf).second.tensors) {
            fail(ErrorCode::bad_input,
                 "{} and {} are two models; give the files of one, or use headscope compare for "
                 "two",
                 gguf->string(), path.string());
        }
    }
    return std::all_of(paths.begin(), paths.end(), is_gguf) ? first : directory;
}

ModelPlace model_place(const fs::path& path) {
    ModelPlace place;
    place.directory = model_directory(path);
    std::error_code error;
    if (!fs::is_directory(path, error)) place.file = path;
    place.names = file_names(place.directory);
    if (place.names.empty() && !fs::is_empty(place.directory, error) && error) {
        fail(ErrorCode::bad_input, "{}: cannot be read ({})", place.directory.string(),
             error.message());
    }
    return place;
}

}  // namespace headscope
