#include "core/checkpoint/model_files.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

#include "core/base/error.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

/// Ways in which Hugging Face folders keep their tensors, the best first. As in transformers, the
/// single file wins over the index.
struct Way {
    ModelLayout layout;
    const char* name;
    bool is_index;
};
constexpr std::array kWays{
    Way{ModelLayout::safetensors, "model.safetensors", false},
    Way{ModelLayout::safetensors, "model.safetensors.index.json", true},
    Way{ModelLayout::torch, "pytorch_model.bin", false},
    Way{ModelLayout::torch, "pytorch_model.bin.index.json", true},
};

constexpr const char* kConfig = "config.json";
constexpr const char* kMetaConfig = "params.json";

/// A link whose target is missing counts as there: opening it then says what is wrong with it.
bool is_there(const fs::path& path) {
    std::error_code error;
    const fs::file_type type = fs::symlink_status(path, error).type();
    return type != fs::file_type::not_found && type != fs::file_type::none;
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
    if (name.starts_with("consolidated") && name.ends_with(".safetensors")) {
        return "the layout of Mistral's own releases";
    }
    if (name.starts_with("adapter_model.")) return "an adapter without its model";
    if (name == "tf_model.h5") return "TensorFlow";
    if (name == "flax_model.msgpack") return "Flax";
    return {};
}

constexpr const char* kSupported =
    "Hugging Face folders with model.safetensors or pytorch_model.bin, in one file or with an "
    "index, and Meta's with consolidated.00.pth";

/// Says why the folder has no tensors.
[[noreturn]] void fail_without_weights(const fs::path& directory,
                                       const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (const std::string_view kind = unreadable_kind(name); !kind.empty()) {
            fail(ErrorCode::unsupported,
                 "{}: this kind of weights ({}) is not supported; supported: {}",
                 (directory / name).string(), kind, kSupported);
        }
    }
    for (const std::string& name : names) {
        for (const auto& [begin, end, index] : {std::tuple("model-", ".safetensors", kWays[1].name),
                                                {"pytorch_model-", ".bin", kWays[3].name}}) {
            if (name.starts_with(begin) && name.ends_with(end)) {
                fail(ErrorCode::bad_input, "{}: {} is missing beside {}; download it as well",
                     directory.string(), index, name);
            }
        }
    }
    fail(ErrorCode::bad_input, "{}: not a model folder: it has no weights; choose one of these: {}",
         directory.string(), kSupported);
}

std::string part_name(std::size_t index) {
    return fmt::format("consolidated.{:02}.pth", index);
}

/// The parts are numbered without a gap.
std::vector<fs::path> find_meta_parts(const fs::path& directory,
                                      const std::vector<std::string>& names) {
    std::vector<fs::path> parts;
    for (const std::string& name : names) {
        if (!name.starts_with("consolidated.") || !name.ends_with(".pth")) continue;
        if (name != part_name(parts.size())) {
            fail(ErrorCode::bad_input, "{}: {} is missing beside {}; download it as well",
                 directory.string(), part_name(parts.size()), name);
        }
        parts.push_back(directory / name);
    }
    return parts;
}

void require_config(const ModelFiles& files) {
    if (is_there(files.config)) return;
    fail(ErrorCode::bad_input, "{}: {} is missing; download it as well", files.directory.string(),
         files.config.filename().string());
}

}  // namespace

fs::path model_directory(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
        fail(ErrorCode::bad_input, "{}: cannot be opened ({}); choose a model folder",
             path.string(), error ? error.message() : "no such file or folder");
    }
    if (!fs::is_directory(status)) return path.has_parent_path() ? path.parent_path() : ".";
    return path.has_filename() ? path : path.parent_path();  // "folder/" has no file name
}

ModelFiles find_model_files(const fs::path& path) {
    ModelFiles files;
    files.directory = model_directory(path);
    files.config = files.directory / kConfig;
    for (const Way& way : kWays) {
        const fs::path file = files.directory / way.name;
        if (!is_there(file)) continue;
        files.layout = way.layout;
        if (way.is_index) files.index = file;
        if (!way.is_index) files.tensors = {file};
        require_config(files);
        return files;
    }
    const std::vector<std::string> names = file_names(files.directory);
    files.layout = ModelLayout::meta;
    files.config = files.directory / kMetaConfig;
    files.tensors = find_meta_parts(files.directory, names);
    if (files.tensors.empty()) fail_without_weights(files.directory, names);
    require_config(files);
    return files;
}

}  // namespace headscope
