#include "core/checkpoint/formats/meta/meta_layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "core/architecture/registry.h"
#include "core/architecture/tensor_map.h"
#include "core/checkpoint/file_errors.h"

namespace headscope {
namespace {

enum class Join { rows, columns, infer, none };

struct Translation {
    std::string_view meta;
    std::string_view hugging_face;
    Join join;
};

constexpr std::array kOuter{
    Translation{"tok_embeddings.weight", "model.embed_tokens.weight", Join::infer},
    Translation{"norm.weight", "model.norm.weight", Join::none},
    Translation{"output.weight", "lm_head.weight", Join::rows},
};

/// Behind "layers.<i>." and "model.layers.<i>.".
constexpr std::array kInLayer{
    Translation{"attention.wq.weight", "self_attn.q_proj.weight", Join::rows},
    Translation{"attention.wk.weight", "self_attn.k_proj.weight", Join::rows},
    Translation{"attention.wv.weight", "self_attn.v_proj.weight", Join::rows},
    Translation{"attention.wo.weight", "self_attn.o_proj.weight", Join::columns},
    Translation{"feed_forward.w1.weight", "mlp.gate_proj.weight", Join::rows},
    Translation{"feed_forward.w2.weight", "mlp.down_proj.weight", Join::columns},
    Translation{"feed_forward.w3.weight", "mlp.up_proj.weight", Join::rows},
    Translation{"attention_norm.weight", "input_layernorm.weight", Join::none},
    Translation{"ffn_norm.weight", "post_attention_layernorm.weight", Join::none},
};

struct Translated {
    std::string name;
    Join join = Join::none;
};

/// Nothing for what is not part of the model as Headscope computes it.
std::optional<Translated> translate(std::string_view meta) {
    constexpr std::string_view kLayers = "layers.";
    if (!meta.starts_with(kLayers)) {
        for (const Translation& known : kOuter) {
            if (known.meta == meta) return Translated{std::string(known.hugging_face), known.join};
        }
        return std::nullopt;
    }
    const std::size_t dot = std::min(meta.find('.', kLayers.size()), meta.size() - 1);
    const std::string_view number = meta.substr(kLayers.size(), dot - kLayers.size());
    const std::string_view rest = meta.substr(dot + 1);
    int layer = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), layer);
    // "01" would make a second name for layer 1.
    if (error != std::errc() || fmt::format("{}", layer) != number) return std::nullopt;
    for (const Translation& known : kInLayer) {
        if (known.meta == rest) {
            return Translated{fmt::format("model.layers.{}.{}", layer, known.hugging_face),
                              known.join};
        }
    }
    return std::nullopt;
}

const StoredTensor& same_in(const std::shared_ptr<const TensorFile>& file,
                            const std::map<std::string_view, const StoredTensor*>& tensors,
                            const StoredTensor& first) {
    const auto found = tensors.find(first.name);
    if (found == tensors.end()) {
        damaged(file->path(), "tensor {} is missing, though the other parts have it",
                printable(first.name));
    }
    const StoredTensor& tensor = *found->second;
    if (tensor.shape != first.shape || tensor.dtype != first.dtype) {
        damaged(file->path(), "tensor {} is {} [{}], but {} [{}] in the other parts",
                printable(first.name), tensor.dtype, fmt::join(tensor.shape, ", "), first.dtype,
                fmt::join(first.shape, ", "));
    }
    return tensor;
}

/// The dimension along which tok_embeddings are split.
int split_of_embeddings(const TensorSource& source, std::int64_t hidden_size) {
    return source.shape[1] == hidden_size ? 0 : 1;
}

void join(TensorSource& source, Join how, std::int64_t hidden_size) {
    if (how == Join::none || source.parts.size() == 1) {
        source.parts.resize(1);  // each file has the same
        return;
    }
    if (source.shape.size() != 2) {
        damaged(source.parts.front().file->path(), "tensor {} is no matrix",
                printable(source.first().name));
    }
    source.join_dim = how == Join::columns ? 1
                      : how == Join::infer ? split_of_embeddings(source, hidden_size)
                                           : 0;
    auto& extent = source.shape[static_cast<std::size_t>(source.join_dim)];
    if (__builtin_mul_overflow(extent, static_cast<std::int64_t>(source.parts.size()), &extent)) {
        damaged(source.parts.front().file->path(), "tensor {}: the size of its shape overflows",
                printable(source.first().name));
    }
}

const TensorSource* find(const std::vector<TensorSource>& tensors, const std::string& name) {
    const auto found =
        std::find_if(tensors.begin(), tensors.end(),
                     [&](const TensorSource& tensor) { return tensor.name == name; });
    return found == tensors.end() ? nullptr : &*found;
}

/// Some files have an output that refers to the embeddings, where both are tied.
void leave_out_tied_output(std::vector<TensorSource>& tensors) {
    const ArchitectureSpec& llama = *find_architecture("llama");
    const TensorSource* output = find(tensors, tensor_name(llama, Part::output));
    const TensorSource* embeddings = find(tensors, tensor_name(llama, Part::embeddings));
    if (output == nullptr || embeddings == nullptr) return;
    if (output->first().bytes.data() == embeddings->first().bytes.data() &&
        output->shape == embeddings->shape) {
        tensors.erase(tensors.begin() + (output - tensors.data()));
    }
}

}  // namespace

std::vector<TensorSource> join_meta_tensors(
    const std::vector<std::shared_ptr<const TensorFile>>& files, std::int64_t hidden_size) {
    std::vector<std::map<std::string_view, const StoredTensor*>> by_name(files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const StoredTensor& tensor : files[i]->tensors())
            by_name[i].emplace(tensor.name, &tensor);
    }
    std::vector<TensorSource> sources;
    for (const StoredTensor& tensor : files.front()->tensors()) {
        const auto translated = translate(tensor.name);
        if (!translated) continue;
        TensorSource source;
        source.name = translated->name;
        source.shape = tensor.shape;
        for (std::size_t i = 0; i < files.size(); ++i)
            source.parts.push_back({&same_in(files[i], by_name[i], tensor), files[i]});
        join(source, translated->join, hidden_size);
        sources.push_back(std::move(source));
    }
    leave_out_tied_output(sources);
    return sources;
}

void mark_interleaved(std::vector<TensorSource>& tensors, const ModelConfig& config) {
    std::set<std::string> q;
    std::set<std::string> k;
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        q.insert(tensor_name(*config.architecture, Part::q, layer));
        k.insert(tensor_name(*config.architecture, Part::k, layer));
    }
    for (TensorSource& tensor : tensors) {
        if (q.contains(tensor.name)) tensor.interleaved_heads = config.num_attention_heads;
        if (k.contains(tensor.name)) tensor.interleaved_heads = config.num_key_value_heads;
    }
}

}  // namespace headscope
