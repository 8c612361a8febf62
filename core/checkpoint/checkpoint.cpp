#include "core/checkpoint/checkpoint.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint_contents.h"
#include "core/checkpoint/compared_attention.h"
#include "core/checkpoint/fingerprint.h"
#include "core/checkpoint/quantization/rounded_tensor.h"
#include "core/checkpoint/skipped_attention.h"

namespace headscope {
namespace {

[[noreturn]] void fail_dtype(const TensorSource& source) {
    fail(ErrorCode::unsupported,
         "{}: tensor {}: weights of dtype {} are not supported; supported: BF16, F16, F32",
         file_of(source).string(), source.first().name, source.first().dtype);
}

[[noreturn]] void fail_missing(const CheckpointContents& contents, const std::string& name) {
    const std::string config = contents.config_file.filename().string();
    if (name == tensor_name(*contents.config.architecture, Part::output)) {
        fail(ErrorCode::bad_input,
             "{}: tensor {} is missing; if the embeddings are the model's head as well, set "
             "tie_word_embeddings to true in {}, otherwise download the files that hold it",
             contents.directory.string(), name, config);
    }
    fail(ErrorCode::bad_input,
         "{}: tensor {} is missing, but {} asks for it; do all files of the model lie here?",
         contents.directory.string(), name, config);
}

/// What the config asks for must be there, in a usable dtype.
void check_tensor(const CheckpointContents& contents, const ExpectedTensor& expected) {
    const std::string& name = expected.name;
    const std::vector<std::int64_t>& shape = expected.shape;
    const TensorSource* source = find_tensor(contents.table, name);
    if (source == nullptr) fail_missing(contents, name);
    if (source->shape != shape) {
        const std::size_t parts = source->decoder ? 1 : source->parts.size();
        fail(ErrorCode::bad_input,
             "{}: tensor {}{} has the shape [{}], but {} asks for [{}]; do both belong to the "
             "same model?",
             file_of(*source).string(), name,
             parts > 1 ? fmt::format(", joined from {} files,", parts) : "",
             fmt::join(source->shape, ", "), contents.config_file.filename().string(),
             fmt::join(shape, ", "));
    }
    if (!source->weight_dtype()) fail_dtype(*source);
}

/// Two tensors that differ do so early, so that little is read of them.
bool have_equal_bytes(const StoredTensor& a, const StoredTensor& b) {
    return a.dtype == b.dtype && a.strides == b.strides && a.bytes.size() == b.bytes.size() &&
           (a.bytes.data() == b.bytes.data() ||
            std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0);
}

/// A head of its own is used, whatever the config says of it, as transformers 5 does: tied, it is
/// the embeddings once more.
void use_own_head(CheckpointContents& contents) {
    if (!contents.config.tie_word_embeddings) return;
    const auto find = [&](Part part) {
        return find_tensor(contents.table, tensor_name(*contents.config.architecture, part));
    };
    const TensorSource* head = find(Part::output);
    const TensorSource* embeddings = find(Part::embeddings);
    if (head == nullptr || embeddings == nullptr || head->shape != embeddings->shape ||
        have_equal_bytes(head->first(), embeddings->first())) {
        return;
    }
    contents.config.tie_word_embeddings = false;
    contents.notes.push_back(
        fmt::format("{} says that the embeddings are tied, but the files hold {}, which is used",
                    contents.config_file.filename().string(), head->name));
}

bool is_compared(const ExpectedTensor& tensor) {
    return std::any_of(tensor.parts.begin(), tensor.parts.end(), [](Part part) {
        return part == Part::q || part == Part::k || part == Part::v || part == Part::o;
    });
}

/// What keeps the model from running, though its heads can be compared.
void check_completeness(CheckpointContents& contents, const std::vector<ExpectedTensor>& expected,
                        bool allow_unused) {
    try {
        if (!contents.compared_only.empty()) {
            fail(ErrorCode::unsupported,
                 "{}: heads of a model of type {} can be compared, but it cannot be run: {}",
                 contents.directory.string(), contents.config.model_type, contents.compared_only);
        }
        for (const ExpectedTensor& tensor : expected)
            check_tensor(contents, tensor);
        const UnusedTensors& unused = contents.unused;
        if (allow_unused || unused.changing.empty()) return;
        if (unused.adapters) {
            fail(ErrorCode::unsupported,
                 "{}: it holds an adapter that is not merged into the weights ({}); merge it first "
                 "(peft: merge_and_unload(), save_pretrained()), or allow unused tensors to run "
                 "the model without it",
                 contents.directory.string(), name_some(unused.changing));
        }
        fail(ErrorCode::unsupported,
             "{}: it holds tensors that a model of type {} with this config does not use, and that "
             "would change what its layers compute ({}); check the config, or allow unused tensors "
             "to run the model without them",
             contents.directory.string(), contents.config.model_type, name_some(unused.changing));
    } catch (const Error& error) {
        contents.incomplete = error;
    }
}

void check(CheckpointContents& contents, const OpenOptions& options) {
    use_own_head(contents);
    add_skipped_attention(contents);
    arrange_compared_attention(contents);
    const std::vector<ExpectedTensor> expected = expected_tensors(contents.config);
    const ArchitectureSpec& architecture = *contents.config.architecture;
    std::vector<std::string> used{tensor_name(architecture, Part::output)};
    for (const ExpectedTensor& tensor : expected) {
        used.push_back(tensor.name);
        if (is_compared(tensor)) check_tensor(contents, tensor);
    }
    std::sort(used.begin(), used.end());
    contents.unused = find_unused_tensors(contents.table, used, contents.config.num_hidden_layers);
    check_completeness(contents, expected, options.allow_unused_tensors);
    // What the config says of the dtype may be missing or old; the weights themselves know.
    for (int layer = 0; layer < contents.config.num_hidden_layers; ++layer) {
        const TensorSource* q =
            find_tensor(contents.table, tensor_name(architecture, Part::q, layer));
        contents.config.dtype = *q->weight_dtype();
        if (!is_made_up(*q)) break;
    }
}

/// Whether a path names weights of which a folder may hold others, which would be opened instead.
bool decides_the_format(const std::filesystem::path& path) {
    const std::string ending = path.extension().string();
    return ending == ".gguf" || ending == ".bin" || ending == ".pth";
}

const TensorSource& require(const CheckpointContents& contents, std::string_view name) {
    const TensorSource* source = find_tensor(contents.table, name);
    if (source == nullptr) {
        fail(ErrorCode::bad_input, "{}: there is no tensor {}", contents.directory.string(), name);
    }
    return *source;
}

const TensorSource& require_weight(const CheckpointContents& contents, std::string_view name) {
    const TensorSource& source = require(contents, name);
    if (!source.weight_dtype()) fail_dtype(source);
    return source;
}

}  // namespace

std::int64_t TensorInfo::elements() const {
    return element_count(shape);
}

std::int64_t TensorRows::columns() const {
    return count() == 0 ? 0 : element_count(shape()) / count();
}

std::span<const std::byte> TensorRows::mapped_bytes() const {
    return is_stored_as_it_is(*source_) ? source_->first().bytes : std::span<const std::byte>();
}

Checkpoint::Checkpoint(std::shared_ptr<const CheckpointContents> contents)
    : contents_(std::move(contents)) {}

Checkpoint Checkpoint::open(const std::filesystem::path& path, const OpenOptions& options) {
    const auto [format, files] = find_checkpoint(path);
    auto contents = std::make_shared<CheckpointContents>();
    contents->format = format;
    contents->directory = files.directory;
    contents->path = decides_the_format(path) ? path : files.directory;
    format->read(files, *contents);
    check(*contents, options);
    return Checkpoint(std::move(contents));
}

Checkpoint Checkpoint::quantized(Mixture mixture) const {
    auto contents = std::make_shared<CheckpointContents>(*contents_);
    for (const ExpectedTensor& expected : expected_tensors(config())) {
        const auto found =
            std::find_if(contents->table.begin(), contents->table.end(),
                         [&](const TensorSource& source) { return source.name == expected.name; });
        if (found == contents->table.end() || !found->weight_dtype()) continue;
        auto types = types_under(mixture, config(), expected, found->shape.back());
        if (!types.empty()) *found = rounded_tensor(*found, std::move(types));
    }
    return Checkpoint(std::move(contents));
}

void Checkpoint::require_complete() const {
    if (contents_->incomplete) throw Error(*contents_->incomplete);
}

const CheckpointFormat& Checkpoint::format() const {
    return *contents_->format;
}

const std::filesystem::path& Checkpoint::directory() const {
    return contents_->directory;
}

const std::filesystem::path& Checkpoint::path() const {
    return contents_->path;
}

const ModelConfig& Checkpoint::config() const {
    return contents_->config;
}

std::vector<std::string> Checkpoint::notes() const {
    std::vector<std::string> notes = contents_->notes;
    if (std::string unused = contents_->unused.text(); !unused.empty())
        notes.push_back(std::move(unused));
    return notes;
}

const std::vector<std::string>& Checkpoint::unused_tensors() const {
    return contents_->unused.names;
}

std::shared_ptr<const EmbeddedTokenizer> Checkpoint::embedded_tokenizer() const {
    return contents_->tokenizer;
}

std::vector<std::filesystem::path> Checkpoint::tensor_files() const {
    std::vector<std::filesystem::path> paths;
    for (const auto& file : contents_->files)
        paths.push_back(file->path());
    return paths;
}

std::vector<TensorInfo> Checkpoint::tensors() const {
    std::vector<TensorInfo> infos;
    infos.reserve(contents_->table.size());
    for (const TensorSource& source : contents_->table) {
        const auto dtype = source.weight_dtype();
        if (!dtype || is_made_up(source) || contents_->repeated.contains(source.name)) continue;
        TensorInfo info{source.name, *dtype, source.shape, file_of(source)};
        info.stored_dtype = source.decoder ? source.first().dtype : std::string(name_of(*dtype));
        for (const TensorPart& part : source.parts)
            info.stored_bytes += static_cast<std::int64_t>(part.tensor->bytes.size());
        infos.push_back(std::move(info));
    }
    return infos;
}

bool Checkpoint::has_tensor(std::string_view name) const {
    return find_tensor(contents_->table, name) != nullptr;
}

TensorView Checkpoint::tensor(std::string_view name) const {
    const TensorSource& source = require_weight(*contents_, name);
    auto [bytes, owner] = read_tensor_source(source);
    return {source.name, *source.weight_dtype(), source.shape, bytes, std::move(owner)};
}

TensorRows Checkpoint::rows(std::string_view name) const {
    return TensorRows(require_weight(*contents_, name), contents_);
}

TensorView Checkpoint::part(Part part, int layer, int expert) const {
    const TensorSlice slice = locate(config(), part, layer, expert);
    const TensorSource& source = require_weight(*contents_, slice.name);
    if (source.shape == slice.shape) return tensor(slice.name);
    const DType dtype = *source.weight_dtype();
    const std::size_t row_bytes =
        static_cast<std::size_t>(element_count(slice.shape) / slice.shape.front()) * size_of(dtype);
    const std::size_t size = static_cast<std::size_t>(slice.shape.front()) * row_bytes;
    if (is_stored_as_it_is(source)) {
        const std::size_t skipped = static_cast<std::size_t>(slice.first_row) * row_bytes;
        return {slice.name, dtype, slice.shape, source.first().bytes.subspan(skipped, size),
                contents_};
    }
    const auto buffer = std::make_shared_for_overwrite<std::byte[]>(size);
    copy_rows(source, slice.first_row, slice.shape.front(), buffer.get());
    return {slice.name, dtype, slice.shape, {buffer.get(), size}, buffer};
}

void Checkpoint::read(std::string_view name,
                      const std::function<void(std::span<const std::byte>)>& sink) const {
    read_in_pieces(require(*contents_, name), sink);
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
