#include "core/checkpoint/checkpoint.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/checkpoint/expected_tensors.h"
#include "core/checkpoint/fingerprint.h"
#include "core/checkpoint/meta_layout.h"
#include "core/checkpoint/meta_params.h"
#include "core/checkpoint/model_files.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/shard_index.h"
#include "core/checkpoint/tensor_names.h"
#include "core/checkpoint/tensor_source.h"
#include "core/checkpoint/torch_file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;

using TensorFiles = std::vector<std::shared_ptr<const TensorFile>>;
using TensorTable = std::vector<TensorSource>;  // sorted by name

const TensorSource* find(const TensorTable& table, std::string_view name) {
    const auto found =
        std::lower_bound(table.begin(), table.end(), name,
                         [](const TensorSource& a, std::string_view b) { return a.name < b; });
    return found == table.end() || found->name != name ? nullptr : &*found;
}

const fs::path& file_of(const TensorSource& source) {
    return source.parts.front().file->path();
}

std::shared_ptr<const TensorFile> open_tensor_file(const fs::path& path, ModelLayout layout) {
    if (layout == ModelLayout::safetensors) return std::make_shared<const SafetensorsFile>(path);
    return std::make_shared<const TorchFile>(path);
}

/// The tensors as the files have them.
TensorTable list_tensors(const TensorFiles& files) {
    TensorTable table;
    for (const auto& file : files) {
        for (const StoredTensor& tensor : file->tensors())
            table.push_back({tensor.name, tensor.shape, {{&tensor, file}}});
    }
    return table;
}

void sort(TensorTable& table) {
    std::sort(table.begin(), table.end(),
              [](const TensorSource& a, const TensorSource& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(
        table.begin(), table.end(), [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice != table.end()) {
        fail(ErrorCode::bad_input,
             "tensor {} is in two shards, {} and {}; download the checkpoint again", twice->name,
             file_of(*twice).string(), file_of(*std::next(twice)).string());
    }
}

/// Each tensor must lie in the shard that the index names.
void check_index(const ShardIndex& index, const TensorTable& table, const fs::path& path) {
    for (const auto& [name, shard] : index.shard_of) {
        const TensorSource* source = find(table, name);
        if (source == nullptr) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} should be in {}, but is in no shard; download both again",
                 path.string(), name, shard);
        }
        if (const std::string actual = file_of(*source).filename().string(); actual != shard) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} should be in {}, but is in {}; download the checkpoint again",
                 path.string(), name, shard, actual);
        }
    }
}

[[noreturn]] void fail_dtype(const TensorSource& source) {
    fail(ErrorCode::unsupported,
         "{}: tensor {}: weights of dtype {} are not supported; supported: BF16, F16, F32",
         file_of(source).string(), source.first().name, source.first().dtype);
}

/// What the config asks for must be there, in a usable dtype; whatever else there is does no harm.
void check_against_config(const TensorTable& table, const ModelConfig& config,
                          const fs::path& config_file) {
    const std::string config_name = config_file.filename().string();
    for (const auto& [name, shape] : expected_tensors(config)) {
        const TensorSource* source = find(table, name);
        if (source == nullptr) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} is missing, but {} asks for it; download the checkpoint again",
                 config_file.parent_path().string(), name, config_name);
        }
        if (source->shape != shape) {
            const std::size_t parts = source->parts.size();
            fail(ErrorCode::bad_input,
                 "{}: tensor {}{} has the shape [{}], but {} asks for [{}]; do both belong to the "
                 "same model{}?",
                 file_of(*source).string(), name,
                 parts > 1 ? fmt::format(", joined from {} files,", parts) : "",
                 fmt::join(source->shape, ", "), config_name, fmt::join(shape, ", "),
                 parts > 1 ? ", and is each part of it there" : "");
        }
        if (!source->first().weight_dtype) fail_dtype(*source);
    }
}

}  // namespace

struct Checkpoint::Contents {
    ModelLayout layout = ModelLayout::safetensors;
    fs::path directory;
    std::string config_text;
    std::string config_json;  ///< in Hugging Face's words
    ModelConfig config;
    TensorFiles files;
    std::vector<fs::path> file_paths;
    TensorTable table;

    [[nodiscard]] const TensorSource& require(std::string_view name) const {
        const TensorSource* source = find(table, name);
        if (source == nullptr) {
            fail(ErrorCode::bad_input, "{}: there is no tensor {}", directory.string(), name);
        }
        return *source;
    }

    void open_files(const std::vector<fs::path>& paths) {
        file_paths = paths;
        for (const fs::path& path : paths)
            files.push_back(open_tensor_file(path, layout));
    }

    void read_hugging_face(const ModelFiles& found) {
        config = parse_model_config(config_text, found.config.string());
        config_json = config_text;
        if (found.index.empty()) {
            open_files(found.tensors);
            table = list_tensors(files);
            sort(table);
            return;
        }
        const ShardIndex index = read_shard_index(found.index);
        std::vector<fs::path> shards;
        for (const std::string& shard : index.shards())
            shards.push_back(directory / shard);
        open_files(shards);
        table = list_tensors(files);
        sort(table);
        check_index(index, table, found.index);
    }

    void read_meta(const ModelFiles& found) {
        const std::string source = found.config.string();
        const std::int64_t hidden_size = read_meta_hidden_size(config_text, source);
        open_files(found.tensors);
        table = join_meta_tensors(files, hidden_size);
        config_json =
            convert_meta_params(config_text, source, find_meta_facts(table, found.directory));
        config = parse_model_config(config_json, source);
        mark_interleaved(table, config);
        sort(table);
    }
};

std::int64_t TensorInfo::elements() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape)
        product *= extent;
    return product;
}

Checkpoint::Checkpoint(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

Checkpoint Checkpoint::open(const fs::path& path) {
    const ModelFiles found = find_model_files(path);
    auto contents = std::make_shared<Contents>();
    contents->layout = found.layout;
    contents->directory = found.directory;
    contents->config_text = read_text_file(found.config, kMaxConfigBytes);
    if (found.layout == ModelLayout::meta) {
        contents->read_meta(found);
    } else {
        contents->read_hugging_face(found);
    }
    check_against_config(contents->table, contents->config, found.config);
    // What the config says of the dtype may be missing or old; the weights themselves know.
    contents->config.dtype = *find(contents->table, tensor_names::q_proj(0))->first().weight_dtype;
    return Checkpoint(std::move(contents));
}

ModelLayout Checkpoint::layout() const {
    return contents_->layout;
}

const fs::path& Checkpoint::directory() const {
    return contents_->directory;
}

const ModelConfig& Checkpoint::config() const {
    return contents_->config;
}

const std::vector<fs::path>& Checkpoint::tensor_files() const {
    return contents_->file_paths;
}

std::vector<TensorInfo> Checkpoint::tensors() const {
    std::vector<TensorInfo> infos;
    infos.reserve(contents_->table.size());
    for (const TensorSource& source : contents_->table) {
        const auto dtype = source.first().weight_dtype;
        if (dtype) infos.push_back({source.name, *dtype, source.shape, file_of(source)});
    }
    return infos;
}

bool Checkpoint::has_tensor(std::string_view name) const {
    return find(contents_->table, name) != nullptr;
}

TensorView Checkpoint::tensor(std::string_view name) const {
    const TensorSource& source = contents_->require(name);
    if (!source.first().weight_dtype) fail_dtype(source);
    auto [bytes, owner] = read_tensor_source(source);
    return {source.name, *source.first().weight_dtype, source.shape, bytes, std::move(owner)};
}

void Checkpoint::read(std::string_view name,
                      const std::function<void(std::span<const std::byte>)>& sink) const {
    read_in_pieces(contents_->require(name), sink);
}

void Checkpoint::release(const TensorView& view) const {
    for (const auto& file : contents_->files) {
        if (file->file().contains(view.bytes)) file->file().release(view.bytes);
    }
}

std::vector<FileListing> Checkpoint::list() const {
    return list_files(contents_->files, contents_->table);
}

const std::string& Checkpoint::config_json() const {
    return contents_->config_json;
}

std::int64_t Checkpoint::parameter_count() const {
    std::int64_t count = 0;
    for (const TensorInfo& info : tensors())
        count += info.elements();
    return count;
}

std::string Checkpoint::fingerprint(const std::stop_token& stop) const {
    return fingerprint_of(contents_->config_text, contents_->files, stop);
}

}  // namespace headscope
