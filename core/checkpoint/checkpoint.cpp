#include "core/checkpoint/checkpoint.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/checkpoint/expected_tensors.h"
#include "core/checkpoint/fingerprint.h"
#include "core/checkpoint/model_files.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/shard_index.h"
#include "core/checkpoint/tensor_names.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;

/// A tensor and the file that keeps its bytes alive.
struct LocatedTensor {
    const SafetensorsTensor* tensor = nullptr;
    std::shared_ptr<const SafetensorsFile> file;
};

using TensorTable = std::vector<LocatedTensor>;  // sorted by name

const LocatedTensor* find(const TensorTable& table, std::string_view name) {
    const auto found = std::lower_bound(
        table.begin(), table.end(), name,
        [](const LocatedTensor& a, std::string_view b) { return a.tensor->name < b; });
    return found == table.end() || found->tensor->name != name ? nullptr : &*found;
}

TensorTable tabulate(const std::vector<std::shared_ptr<const SafetensorsFile>>& files) {
    TensorTable table;
    for (const auto& file : files) {
        for (const SafetensorsTensor& tensor : file->tensors())
            table.push_back({&tensor, file});
    }
    std::sort(table.begin(), table.end(), [](const LocatedTensor& a, const LocatedTensor& b) {
        return a.tensor->name < b.tensor->name;
    });
    const auto twice = std::adjacent_find(
        table.begin(), table.end(),
        [](const auto& a, const auto& b) { return a.tensor->name == b.tensor->name; });
    if (twice != table.end()) {
        fail(ErrorCode::bad_input,
             "tensor {} is in two shards, {} and {}; download the checkpoint again",
             twice->tensor->name, twice->file->path().string(),
             std::next(twice)->file->path().string());
    }
    return table;
}

/// Each tensor must lie in the shard that the index names.
void check_index(const ShardIndex& index, const TensorTable& table, const fs::path& path) {
    for (const auto& [name, shard] : index.shard_of) {
        const LocatedTensor* located = find(table, name);
        if (located == nullptr) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} should be in {}, but is in no shard; download both again",
                 path.string(), name, shard);
        }
        if (const std::string actual = located->file->path().filename().string(); actual != shard) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} should be in {}, but is in {}; download the checkpoint again",
                 path.string(), name, shard, actual);
        }
    }
}

[[noreturn]] void fail_dtype(const LocatedTensor& located) {
    fail(ErrorCode::unsupported,
         "{}: tensor {}: weights of dtype {} are not supported; supported: BF16, F16, F32",
         located.file->path().string(), located.tensor->name, located.tensor->dtype);
}

/// What the config asks for must be there, in a usable dtype; whatever else there is does no harm.
void check_against_config(const TensorTable& table, const ModelConfig& config,
                          const fs::path& directory) {
    for (const auto& [name, shape] : expected_tensors(config)) {
        const LocatedTensor* located = find(table, name);
        if (located == nullptr) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} is missing, but config.json asks for it; download the checkpoint "
                 "again",
                 directory.string(), name);
        }
        if (located->tensor->shape != shape) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} has the shape [{}], but config.json asks for [{}]; do both belong "
                 "to the same model?",
                 located->file->path().string(), name, fmt::join(located->tensor->shape, ", "),
                 fmt::join(shape, ", "));
        }
        if (!located->tensor->weight_dtype) fail_dtype(*located);
    }
}

}  // namespace

struct Checkpoint::Contents {
    fs::path directory;
    std::string config_text;
    ModelConfig config;
    std::vector<std::shared_ptr<const SafetensorsFile>> files;
    std::vector<fs::path> file_paths;
    TensorTable table;
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
    contents->directory = found.directory;
    contents->config_text = read_text_file(found.config, kMaxConfigBytes);
    contents->config = parse_model_config(contents->config_text, found.config.string());

    ShardIndex index;
    if (found.sharded) {
        index = read_shard_index(found.weights);
        for (const std::string& shard : index.shards()) {
            contents->file_paths.push_back(found.directory / shard);
        }
    } else {
        contents->file_paths.push_back(found.weights);
    }
    for (const fs::path& file : contents->file_paths) {
        contents->files.push_back(std::make_shared<const SafetensorsFile>(file));
    }
    contents->table = tabulate(contents->files);
    check_index(index, contents->table, found.weights);
    check_against_config(contents->table, contents->config, found.directory);
    // What the config says of the dtype may be missing or old; the weights themselves know.
    contents->config.dtype = *find(contents->table, tensor_names::q_proj(0))->tensor->weight_dtype;
    return Checkpoint(std::move(contents));
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
    for (const auto& [tensor, file] : contents_->table) {
        if (!tensor->weight_dtype) continue;
        infos.push_back({tensor->name, *tensor->weight_dtype, tensor->shape, file->path()});
    }
    return infos;
}

bool Checkpoint::has_tensor(std::string_view name) const {
    return find(contents_->table, name) != nullptr;
}

TensorView Checkpoint::tensor(std::string_view name) const {
    const LocatedTensor* located = find(contents_->table, name);
    if (located == nullptr) {
        fail(ErrorCode::bad_input, "{}: there is no tensor {}", contents_->directory.string(),
             name);
    }
    const SafetensorsTensor& tensor = *located->tensor;
    if (!tensor.weight_dtype) fail_dtype(*located);
    return {tensor.name, *tensor.weight_dtype, tensor.shape, tensor.bytes, located->file};
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
