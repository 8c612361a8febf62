#include "core/checkpoint/formats/meta/meta_format.h"

#include <memory>

#include <fmt/format.h>

#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint_contents.h"
#include "core/checkpoint/file_errors.h"
#include "core/checkpoint/formats/meta/meta_layout.h"
#include "core/checkpoint/formats/meta/meta_params.h"
#include "core/checkpoint/formats/torch/torch_file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "params.json";

std::string part_name(std::size_t index) {
    return fmt::format("consolidated.{:02}.pth", index);
}

bool is_part(std::string_view name) {
    return name.starts_with("consolidated.") && name.ends_with(".pth");
}

/// The parts are numbered without a gap.
std::optional<ModelFiles> find(const ModelPlace& place) {
    const std::string named = place.file_name();
    if (named.ends_with(".gguf")) return std::nullopt;
    ModelFiles files{place.directory, place.directory / kConfig, {}, {}};
    for (const std::string& name : place.names) {
        if (!is_part(name)) continue;
        if (name != part_name(files.tensors.size())) {
            fail(ErrorCode::bad_input, "{}: {} is missing beside {}; download it as well",
                 place.directory.string(), part_name(files.tensors.size()), name);
        }
        files.tensors.push_back(place.directory / name);
    }
    if (files.tensors.empty()) return std::nullopt;
    if (!place.has(kConfig)) {
        fail(ErrorCode::bad_input, "{}: {} is missing; download it as well",
             place.directory.string(), kConfig);
    }
    return files;
}

/// A model whose last parts are missing has too few rows in every matrix.
void require_all_parts(const ModelFiles& files, const CheckpointContents& contents) {
    const TensorSource* q =
        find_tensor(contents.table, tensor_name(*contents.config.architecture, Part::q));
    const bool other_model = q == nullptr || q->shape.size() != 2 || q->shape.front() == 0 ||
                             q->shape.back() != contents.config.hidden_size;
    if (other_model) return;  // told elsewhere
    const std::int64_t wanted = contents.config.heads_of(0).heads * contents.config.head_dim;
    const auto parts = static_cast<std::int64_t>(files.tensors.size());
    const std::int64_t rows_of_part = q->shape.front() / parts;
    if (rows_of_part == 0 || q->shape.front() >= wanted || wanted % rows_of_part != 0) return;
    fail(ErrorCode::bad_input,
         "{}: the model is split among {} files, of which {} is missing; download it as well",
         files.directory.string(), wanted / rows_of_part, part_name(files.tensors.size()));
}

void read(const ModelFiles& files, CheckpointContents& contents) {
    contents.config_file = files.config;
    contents.config_text = read_config_text(files.config);
    const std::string source = files.config.string();
    const std::int64_t hidden_size = read_meta_hidden_size(contents.config_text, source);
    for (const fs::path& path : files.tensors)
        contents.files.push_back(std::make_shared<const TorchFile>(path));
    contents.table = join_meta_tensors(contents.files, hidden_size);
    contents.config_json = convert_meta_params(contents.config_text, source,
                                               find_meta_facts(contents.table, files.directory));
    contents.config = parse_model_config(contents.config_json, source);
    mark_interleaved(contents.table, contents.config);
    sort_tensors(contents.table);
    require_all_parts(files, contents);
}

}  // namespace

const CheckpointFormat kMetaFormat{
    "meta",
    "Meta's own layout",
    false,
    find,
    read,
    [](const fs::path& path) -> std::unique_ptr<const TensorFile> {
        return std::make_unique<const TorchFile>(path);
    },
    is_part,
};

}  // namespace headscope
