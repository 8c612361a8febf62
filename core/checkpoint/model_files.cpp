#include "core/checkpoint/model_files.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/base/error.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "config.json";
constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

/// A link whose target is missing counts as there: opening it then says what is wrong with it.
bool is_there(const fs::path& path) {
    std::error_code error;
    const fs::file_type type = fs::symlink_status(path, error).type();
    return type != fs::file_type::not_found && type != fs::file_type::none;
}

fs::path directory_of(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
        fail(ErrorCode::bad_input, "{}: cannot be opened ({}); choose a model folder",
             path.string(), error ? error.message() : "no such file or folder");
    }
    if (!fs::is_directory(status)) return path.has_parent_path() ? path.parent_path() : ".";
    return path.has_filename() ? path : path.parent_path();  // "folder/" has no file name
}

std::vector<std::string> file_names(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (auto it = fs::directory_iterator(directory, error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
        names.push_back(it->path().filename().string());
    }
    if (error) {
        fail(ErrorCode::bad_input, "{}: cannot be read ({})", directory.string(), error.message());
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// What the file is where it holds weights that cannot be read here, otherwise empty.
std::string_view unreadable_kind(std::string_view name) {
    if (name.ends_with(".gguf")) return "GGUF";
    if (name.starts_with("consolidated.")) return "the layout of the original release";
    if (name.starts_with("pytorch_model") && name.ends_with(".bin")) return "a PyTorch pickle";
    if (name.starts_with("adapter_model.")) return "an adapter without its model";
    return {};
}

/// Says why the folder has neither `kSingleFile` nor `kIndex`.
[[noreturn]] void fail_without_weights(const fs::path& directory) {
    const std::vector<std::string> names = file_names(directory);
    for (const std::string& name : names) {
        if (const std::string_view kind = unreadable_kind(name); !kind.empty()) {
            fail(ErrorCode::unsupported,
                 "{}: this kind of weights ({}) is not supported; supported: Hugging Face folders "
                 "with {} or {}",
                 (directory / name).string(), kind, kSingleFile, kIndex);
        }
    }
    for (const std::string& name : names) {
        if (name.starts_with("model-") && name.ends_with(".safetensors")) {
            fail(ErrorCode::bad_input, "{}: {} is missing beside {}; download it as well",
                 directory.string(), kIndex, name);
        }
    }
    fail(ErrorCode::bad_input,
         "{}: not a model folder: it has neither {} nor {}; choose a Hugging Face model folder",
         directory.string(), kSingleFile, kIndex);
}

}  // namespace

ModelFiles find_model_files(const fs::path& path) {
    ModelFiles files;
    files.directory = directory_of(path);
    files.config = files.directory / kConfig;
    // As in transformers, the single file wins where both are there.
    files.weights = files.directory / kSingleFile;
    if (!is_there(files.weights)) {
        files.weights = files.directory / kIndex;
        files.sharded = true;
    }
    if (!is_there(files.weights)) fail_without_weights(files.directory);
    if (!is_there(files.config)) {
        fail(ErrorCode::bad_input, "{}: {} is missing; download it as well",
             files.directory.string(), kConfig);
    }
    return files;
}

}  // namespace headscope
