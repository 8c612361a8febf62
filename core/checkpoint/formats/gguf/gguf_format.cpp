#include "core/checkpoint/formats/gguf/gguf_format.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "core/architecture/registry.h"
#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint_contents.h"
#include "core/checkpoint/file_errors.h"
#include "core/checkpoint/formats/gguf/gguf_config.h"
#include "core/checkpoint/formats/gguf/gguf_file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using GgufFiles = std::vector<std::shared_ptr<const GgufFile>>;

constexpr std::string_view kEnding = ".gguf";
constexpr const char* kRopeFactors = "rope_freqs.weight";

bool owns(std::string_view name) {
    return name.ends_with(kEnding);
}

/// The number of a part and of all, of a name that ends with "-00001-of-00003.gguf".
struct SplitName {
    std::string stem;
    int part = 0;
    int parts = 0;

    [[nodiscard]] std::string name_of(int index) const {
        return fmt::format("{}-{:05}-of-{:05}.gguf", stem, index, parts);
    }
};

std::optional<SplitName> split_name(std::string_view name) {
    constexpr std::string_view kForm = "-00001-of-00003.gguf";
    if (name.size() <= kForm.size()) return std::nullopt;
    const std::string_view end = name.substr(name.size() - kForm.size());
    const auto number = [&](std::size_t at) {
        int value = 0;
        const auto [stop, error] = std::from_chars(end.data() + at, end.data() + at + 5, value);
        return error == std::errc() && stop == end.data() + at + 5 ? value : 0;
    };
    SplitName split{std::string(name.substr(0, name.size() - kForm.size())), number(1), number(10)};
    const bool whole = split.part > 0 && split.parts > 0 && split.part <= split.parts &&
                       split.name_of(split.part) == name;
    return whole ? std::optional(split) : std::nullopt;
}

/// All parts of the model that a file belongs to.
std::vector<fs::path> parts_of(const ModelPlace& place, const std::string& name) {
    const auto split = split_name(name);
    if (!split) return {place.directory / name};
    std::vector<fs::path> parts;
    for (int part = 1; part <= split->parts; ++part) {
        const std::string wanted = split->name_of(part);
        if (!place.has(wanted)) {
            fail(ErrorCode::bad_input, "{}: {} is missing beside {}; download it as well",
                 place.directory.string(), wanted, name);
        }
        parts.push_back(place.directory / wanted);
    }
    return parts;
}

/// The only model of the folder, by its first file.
std::optional<std::string> only_model(const ModelPlace& place) {
    std::vector<std::string> models;
    for (const std::string& name : place.names) {
        if (!owns(name) || name.starts_with("mmproj")) continue;
        if (const auto split = split_name(name); split && split->part > 1) {
            // A part without the first is told when the others are looked for.
            if (place.has(split->name_of(1))) continue;
        }
        models.push_back(name);
    }
    if (models.empty()) return std::nullopt;
    if (models.size() > 1) {
        fail(ErrorCode::bad_input, "{}: {} models in GGUF files ({}); choose one of the files",
             place.directory.string(), models.size(), name_some(models));
    }
    return models.front();
}

std::optional<ModelFiles> find(const ModelPlace& place) {
    ModelFiles files{place.directory, {}, {}, {}};
    if (owns(place.file_name())) {
        files.tensors = parts_of(place, place.file_name());
        return files;
    }
    const auto name = only_model(place);
    if (!name) return std::nullopt;
    files.tensors = parts_of(place, *name);
    return files;
}

/// Rows of a matrix of blocks.
class BlockRows : public RowDecoder {
  public:
    BlockRows(const StoredTensor& tensor, const BlockType& type)
        : blocks_(reinterpret_cast<const unsigned char*>(tensor.bytes.data())),
          blocks_of_row_((tensor.shape.empty() ? 1 : tensor.shape.back()) / type.elements),
          rows_of_first_(1),
          bytes_(type.bytes),
          decode_(type.decode()) {
        // A row of the first dimension may be a matrix.
        for (std::size_t i = 1; i + 1 < tensor.shape.size(); ++i)
            rows_of_first_ *= tensor.shape[i];
        if (tensor.shape.size() == 1) elements_ = type.elements;
    }

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        if (elements_ != 0) return decode_vector(first, count, to);
        const std::int64_t of_first = blocks_of_row_ * rows_of_first_;
        decode_(blocks_ + first * of_first * bytes_, count * of_first, to);
    }

  private:
    /// Elements of a vector, which need not begin with a block.
    void decode_vector(std::int64_t first, std::int64_t count, float* to) const {
        const std::int64_t begin = first / elements_;
        const std::int64_t end = (first + count + elements_ - 1) / elements_;
        std::vector<float> values(static_cast<std::size_t>((end - begin) * elements_));
        decode_(blocks_ + begin * bytes_, end - begin, values.data());
        std::memcpy(to, values.data() + (first - begin * elements_),
                    static_cast<std::size_t>(count) * sizeof(float));
    }

    const unsigned char* blocks_;
    std::int64_t blocks_of_row_;
    std::int64_t rows_of_first_;
    std::int64_t bytes_;
    std::int64_t elements_ = 0;  ///< of a block, where the tensor is a vector
    DecodeBlocks decode_;
};

/// A norm of Gemma, which is stored with 1 added.
class NormFromZero : public RowDecoder {
  public:
    explicit NormFromZero(const StoredTensor& tensor) : bytes_(tensor.bytes) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        std::memcpy(to, bytes_.data() + static_cast<std::size_t>(first) * sizeof(float),
                    static_cast<std::size_t>(count) * sizeof(float));
        for (std::int64_t i = 0; i < count; ++i)
            to[i] -= 1.0F;
    }

  private:
    std::span<const std::byte> bytes_;
};

std::shared_ptr<const RowDecoder> decoder_of(const StoredTensor& tensor, const BlockType& type,
                                             const std::string& name,
                                             const GgufArchitecture& architecture) {
    if (type.decode() != nullptr) return std::make_shared<const BlockRows>(tensor, type);
    const bool norm = name.ends_with("norm.weight");
    if (norm && architecture.norms_count_from_zero && type.dtype == DType::f32)
        return std::make_shared<const NormFromZero>(tensor);
    return nullptr;
}

TensorTable list_tensors(const GgufFiles& files, const GgufArchitecture& architecture) {
    TensorTable table;
    for (const auto& file : files) {
        for (std::size_t i = 0; i < file->tensors().size(); ++i) {
            const StoredTensor& tensor = file->tensors()[i];
            TensorSource source{
                hugging_face_name(tensor.name, architecture), tensor.shape, {{&tensor, file}}};
            source.decoder = decoder_of(tensor, *file->types()[i], source.name, architecture);
            table.push_back(std::move(source));
        }
    }
    sort_tensors(table);
    return table;
}

bool any_layer_has(const TensorTable& table, const ArchitectureSpec& architecture, Part part) {
    const std::string name = tensor_name(architecture, part, 0);
    const std::string_view ending = std::string_view(name).substr(name.find(".0.") + 2);
    return std::any_of(table.begin(), table.end(), [&](const TensorSource& source) {
        return std::string_view(source.name).ends_with(ending);
    });
}

GgufFacts find_facts(const TensorTable& table, const GgufFile& file) {
    const ArchitectureSpec& llama = *find_architecture("llama");  // outside the layers all agree
    GgufFacts facts;
    if (const TensorSource* embeddings = find_tensor(table, tensor_name(llama, Part::embeddings)))
        facts.vocab_size = row_count(*embeddings);
    if (facts.vocab_size == 0) damaged(file.path(), "tensor token_embd.weight is missing");
    facts.tied = find_tensor(table, tensor_name(llama, Part::output)) == nullptr;
    facts.qkv_bias = any_layer_has(table, llama, Part::q_bias);
    facts.o_bias = any_layer_has(table, llama, Part::o_bias);
    facts.mlp_bias = any_layer_has(table, llama, Part::up_bias);
    const TensorSource* rope = find_tensor(table, kRopeFactors);
    if (rope != nullptr && rope->first().weight_dtype == DType::f32) {
        facts.rope_factors.resize(rope->first().bytes.size() / sizeof(float));
        if (!facts.rope_factors.empty())
            std::memcpy(facts.rope_factors.data(), rope->first().bytes.data(),
                        rope->first().bytes.size());
    }
    return facts;
}

/// The rows of q and k of some architectures are in interleaved order, layer by layer of as many
/// heads as it has.
void mark_interleaved(CheckpointContents& contents) {
    const auto mark = [&](Part part, int layer, std::int64_t heads) {
        const std::string name = tensor_name(*contents.config.architecture, part, layer);
        // The table is ours: only the way to it is const.
        auto* source = const_cast<TensorSource*>(find_tensor(contents.table, name));
        if (source != nullptr && row_count(*source) == heads * contents.config.head_dim)
            source->interleaved_heads = heads;
    };
    for (int layer = 0; layer < contents.config.num_hidden_layers; ++layer) {
        const HeadCounts heads = contents.config.heads_of(layer);
        mark(Part::q, layer, heads.heads);
        mark(Part::q_bias, layer, heads.heads);
        mark(Part::k, layer, heads.kv_heads);
        mark(Part::k_bias, layer, heads.kv_heads);
    }
}

std::shared_ptr<const EmbeddedTokenizer> read_tokenizer(
    const std::shared_ptr<const GgufFile>& file) {
    const GgufMetadata& values = file->values();
    auto tokenizer = std::make_shared<EmbeddedTokenizer>();
    tokenizer->file = file->path();
    tokenizer->model = values.text("tokenizer.ggml.model").value_or("");
    tokenizer->pre = values.text("tokenizer.ggml.pre").value_or("");
    tokenizer->tokens = values.texts("tokenizer.ggml.tokens");
    tokenizer->scores = values.floats("tokenizer.ggml.scores");
    tokenizer->types = values.integers("tokenizer.ggml.token_type");
    tokenizer->merges = values.texts("tokenizer.ggml.merges");
    tokenizer->bos_id = values.integer("tokenizer.ggml.bos_token_id");
    tokenizer->eos_id = values.integer("tokenizer.ggml.eos_token_id");
    tokenizer->unknown_id = values.integer("tokenizer.ggml.unknown_token_id");
    tokenizer->padding_id = values.integer("tokenizer.ggml.padding_token_id");
    tokenizer->add_bos = values.flag("tokenizer.ggml.add_bos_token");
    tokenizer->add_eos = values.flag("tokenizer.ggml.add_eos_token");
    tokenizer->add_space_prefix = values.flag("tokenizer.ggml.add_space_prefix");
    tokenizer->remove_extra_whitespaces = values.flag("tokenizer.ggml.remove_extra_whitespaces");
    tokenizer->chat_template = values.text("tokenizer.chat_template").value_or("");
    tokenizer->owner = file;
    return tokenizer;
}

const GgufArchitecture& architecture_of(const GgufFile& file) {
    constexpr const char* kKey = "general.architecture";
    const auto name = file.values().text(kKey);
    if (!name) {
        fail(ErrorCode::bad_input, "{} is missing; is this a file of a language model?",
             file.values().place(kKey));
    }
    const GgufArchitecture* architecture = find_gguf_architecture(*name);
    if (architecture != nullptr) return *architecture;
    fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: {}",
         file.values().place(kKey), printable(*name), gguf_architecture_names());
}

void check_parts(const GgufFiles& files) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        const GgufMetadata& values = files[i]->values();
        const std::int64_t count = values.integer("split.count").value_or(1);
        if (count > 1 && count != static_cast<std::int64_t>(files.size())) {
            fail(ErrorCode::bad_input,
                 "{} is {}, but {} files are here; give the parts their names "
                 "...-00001-of-{:05}.gguf back, and put all of them into one folder",
                 values.place("split.count"), count, files.size(), count);
        }
    }
}

void read(const ModelFiles& files, CheckpointContents& contents) {
    GgufFiles opened;
    for (const fs::path& path : files.tensors)
        opened.push_back(std::make_shared<const GgufFile>(path));
    check_parts(opened);
    contents.files.assign(opened.begin(), opened.end());
    const GgufFile& first = *opened.front();
    contents.config_file = first.path();
    const GgufArchitecture& architecture = architecture_of(first);
    contents.table = list_tensors(opened, architecture);
    contents.config_json =
        convert_gguf_config(first.values(), architecture, find_facts(contents.table, first));
    contents.config_text = contents.config_json;
    contents.config = parse_model_config(contents.config_json, first.path().string());
    if (architecture.interleaved) mark_interleaved(contents);
    contents.tokenizer = read_tokenizer(opened.front());
}

}  // namespace

const CheckpointFormat kGgufFormat{
    "gguf",
    "GGUF",
    false,
    find,
    read,
    [](const fs::path& path) -> std::unique_ptr<const TensorFile> {
        return std::make_unique<const GgufFile>(path);
    },
    owns,
};

}  // namespace headscope
