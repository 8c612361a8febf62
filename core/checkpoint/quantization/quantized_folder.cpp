#include "core/checkpoint/quantization/quantized_folder.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/checkpoint/quantization/scaled_weights.h"

namespace headscope {
namespace {

using nlohmann::json;
using Read = std::function<TensorSource(const QuantizedPieces&)>;
using Names = std::initializer_list<std::string_view>;

/// How a scheme writes a weight: the piece that shows one, and the pieces that belong to it.
struct Scheme {
    std::string_view shown_by;
    std::vector<std::string_view> pieces;
    Read read;
};

/// A JSON object of the config whose fields must all be known.
class Fields {
  public:
    Fields(const json& object, std::string source) : object_(object), source_(std::move(source)) {
        if (!object.is_object()) {
            fail(ErrorCode::bad_input, "{} must be an object, but is a JSON {}", source_,
                 object.type_name());
        }
    }

    [[nodiscard]] std::string place(std::string_view key) const {
        return fmt::format("{}.{}", source_, key);
    }

    /// Throws where there is a field that is neither known nor empty.
    void allow(Names known) const {
        for (const auto& [key, value] : object_.items()) {
            const bool empty =
                value.is_null() || value == false || (value.is_structured() && value.empty());
            if (empty || std::find(known.begin(), known.end(), key) != known.end()) continue;
            fail(ErrorCode::unsupported,
                 "{} is not known; a quantized model is read only where every field is",
                 place(key));
        }
    }

    [[nodiscard]] std::string text(std::string_view key, const char* otherwise = "") const {
        const auto found = object_.find(key);
        if (found == object_.end() || found->is_null()) return otherwise;
        if (!found->is_string()) wrong_type(key, "a string");
        return found->get<std::string>();
    }

    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const {
        const auto found = object_.find(key);
        if (found == object_.end() || found->is_null()) return otherwise;
        if (!found->is_number_integer()) wrong_type(key, "a whole number");
        return found->get<std::int64_t>();
    }

    [[nodiscard]] bool flag(std::string_view key) const {
        const auto found = object_.find(key);
        return found != object_.end() && found->is_boolean() && found->get<bool>();
    }

    [[nodiscard]] const json* object(std::string_view key) const {
        const auto found = object_.find(key);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    [[noreturn]] void refuse(std::string_view key, const std::string& value,
                             const char* supported) const {
        fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: {}", place(key), value,
             supported);
    }

  private:
    [[noreturn]] void wrong_type(std::string_view key, const char* wanted) const {
        fail(ErrorCode::bad_input, "{} must be {}", place(key), wanted);
    }

    const json& object_;
    std::string source_;
};

Scheme fp8(const Fields& fields) {
    fields.allow({"quant_method", "fmt", "activation_scheme", "weight_block_size",
                  "modules_to_not_convert", "ignored_layers", "activation_scale_ub", "scale_fmt",
                  "dequantize", "kv_cache_scheme", "use_ue8m0"});
    if (const std::string form = fields.text("fmt", "e4m3");
        form != "e4m3" && form != "float8_e4m3fn")
        fields.refuse("fmt", form, "e4m3");
    return {"weight",
            {"weight_scale_inv", "weight_scale", "input_scale", "activation_scale"},
            [](const QuantizedPieces& pieces) {
                return scaled_weight(
                    pieces, pieces.has("weight_scale_inv") ? "weight_scale_inv" : "weight_scale");
            }};
}

Scheme awq(const Fields& fields) {
    fields.allow({"quant_method", "bits", "w_bit", "group_size", "q_group_size", "zero_point",
                  "version", "modules_to_not_convert", "backend", "do_fuse", "fuse_max_seq_len",
                  "exllama_config", "modules_to_fuse"});
    std::string version = fields.text("version", "gemm");
    std::transform(version.begin(), version.end(), version.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (version != "gemm") fields.refuse("version", version, "gemm");
    const std::int64_t bits = fields.integer("bits", fields.integer("w_bit", 4));
    return {"qweight", {"qweight", "qzeros", "scales"}, [bits](const QuantizedPieces& pieces) {
                return awq_weight(pieces, bits);
            }};
}

Scheme gptq(const Fields& fields) {
    fields.allow({"quant_method",
                  "bits",
                  "group_size",
                  "desc_act",
                  "sym",
                  "true_sequential",
                  "static_groups",
                  "damp_percent",
                  "dataset",
                  "model_name_or_path",
                  "model_file_base_name",
                  "model_seqlen",
                  "block_name_to_quantize",
                  "checkpoint_format",
                  "lm_head",
                  "meta",
                  "pack_dtype",
                  "tokenizer",
                  "batch_size",
                  "pad_token_id",
                  "use_exllama",
                  "exllama_config",
                  "max_input_length",
                  "cache_block_outputs",
                  "module_name_preceding_first_block",
                  "modules_in_block_to_quantize",
                  "use_cuda_fp16",
                  "quantizer",
                  "quant_type",
                  "disable_exllama",
                  "is_marlin_format",
                  "backend",
                  "format",
                  "method",
                  "act_group_aware",
                  "hyb_act"});
    const std::string format = fields.text("checkpoint_format", "gptq");
    if (format != "gptq" && format != "gptq_v2")
        fields.refuse("checkpoint_format", format, "gptq, gptq_v2");
    const std::int64_t bits = fields.integer("bits", 4);
    return {"qweight",
            {"qweight", "qzeros", "scales", "g_idx"},
            [bits, first = format == "gptq"](const QuantizedPieces& pieces) {
                return gptq_weight(pieces, bits, first);
            }};
}

Scheme bitsandbytes(const Fields& fields) {
    fields.allow({"quant_method", "load_in_4bit", "load_in_8bit", "_load_in_4bit", "_load_in_8bit",
                  "bnb_4bit_compute_dtype", "bnb_4bit_quant_type", "bnb_4bit_quant_storage",
                  "bnb_4bit_use_double_quant", "llm_int8_threshold", "llm_int8_skip_modules",
                  "llm_int8_has_fp16_weight", "llm_int8_enable_fp32_cpu_offload"});
    if (fields.flag("load_in_8bit") || fields.flag("_load_in_8bit"))
        return {"SCB", {"SCB", "weight_format"}, int8_weight};
    if (const std::string storage = fields.text("bnb_4bit_quant_storage", "uint8");
        storage != "uint8") {
        fields.refuse("bnb_4bit_quant_storage", storage, "uint8");
    }
    return {"weight.absmax",
            {"weight.absmax", "weight.quant_map", "weight.nested_absmax", "weight.nested_quant_map",
             "weight.quant_state.bitsandbytes__nf4", "weight.quant_state.bitsandbytes__fp4"},
            four_bit_weight};
}

/// The arguments of the weights of all groups, which must agree in how they are stored.
std::int64_t read_groups(const Fields& fields) {
    const json* groups = fields.object("config_groups");
    std::int64_t bits = 8;
    if (groups == nullptr) return bits;
    const Fields all(*groups, fields.place("config_groups"));
    bool first = true;
    for (const auto& [name, group] : groups->items()) {
        const Fields one(group, all.place(name));
        one.allow({"weights", "targets", "input_activations", "output_activations", "format"});
        const json* weights = one.object("weights");
        if (weights == nullptr) continue;
        const Fields arguments(*weights, one.place("weights"));
        arguments.allow({"num_bits", "type", "symmetric", "strategy", "group_size",
                         "block_structure", "actorder", "observer", "observer_kwargs", "dynamic",
                         "scale_dtype", "zp_dtype"});
        const std::string strategy = arguments.text("strategy", "tensor");
        constexpr std::array kStrategies{"tensor", "channel", "group", "block"};
        if (std::find(kStrategies.begin(), kStrategies.end(), strategy) == kStrategies.end())
            arguments.refuse("strategy", strategy, "tensor, channel, group, block");
        const std::int64_t of_group = arguments.integer("num_bits", 8);
        if (!first && of_group != bits) {
            fail(ErrorCode::unsupported, "{} differs among the groups, which is not supported",
                 arguments.place("num_bits"));
        }
        bits = of_group;
        first = false;
    }
    return bits;
}

Scheme compressed_tensors(const Fields& fields) {
    fields.allow({"quant_method", "format", "config_groups", "ignore", "quantization_status",
                  "global_compression_ratio", "kv_cache_scheme", "version", "sparsity_config",
                  "transform_config", "run_compressed"});
    for (const char* key : {"sparsity_config", "transform_config"}) {
        const json* inner = fields.object(key);
        const bool dense = inner == nullptr || inner->empty() ||
                           (inner->is_object() && inner->value("format", "") == "dense");
        if (!dense) fields.refuse(key, "...", "none");
    }
    const std::string format = fields.text("format");
    const std::int64_t bits = read_groups(fields);
    if (format == "float-quantized" || format == "int-quantized" || format == "naive-quantized") {
        return {"weight_scale",
                {"weight_scale", "weight_zero_point", "input_scale", "input_zero_point"},
                [](const QuantizedPieces& pieces) {
                    return scaled_weight(pieces, "weight_scale", "weight_zero_point");
                }};
    }
    if (format == "pack-quantized") {
        if (bits != 4 && bits != 8 && bits != 2) {
            fail(ErrorCode::unsupported,
                 "{}: weights of {} bits are not supported; supported: 2, 4, 8",
                 fields.place("config_groups"), bits);
        }
        return {"weight_packed",
                {"weight_packed", "weight_scale", "weight_zero_point", "weight_shape",
                 "weight_g_idx", "input_scale", "input_zero_point"},
                [bits](const QuantizedPieces& pieces) { return packed_weight(pieces, bits); }};
    }
    fields.refuse("format", format,
                  "pack-quantized, int-quantized, float-quantized, naive-quantized");
}

Scheme scheme_of(const Fields& fields) {
    const std::string method = fields.text("quant_method");
    if (method == "fp8" || method == "fbgemm_fp8") return fp8(fields);
    if (method == "awq") return awq(fields);
    if (method == "gptq") return gptq(fields);
    if (method == "bitsandbytes") return bitsandbytes(fields);
    if (method == "compressed-tensors" || method == "compressed_tensors")
        return compressed_tensors(fields);
    fields.refuse("quant_method", method,
                  "fp8, compressed-tensors, awq, gptq, bitsandbytes, mxfp4");
}

/// What stands in front of the pieces of each quantized weight.
std::vector<std::string> bases(const TensorTable& table, const Scheme& scheme) {
    std::vector<std::string> found;
    for (const TensorSource& source : table) {
        const std::string end = "." + std::string(scheme.shown_by);
        if (!source.name.ends_with(end)) continue;
        std::string base = source.name.substr(0, source.name.size() - scheme.shown_by.size());
        // Of modules that are not quantized there is the weight alone.
        const bool is_8_bit = source.first().dtype == "F8_E4M3" || source.first().dtype == "I8";
        if (scheme.shown_by == "weight" && !is_8_bit) continue;
        if (scheme.shown_by == "weight_scale" && find_tensor(table, base + "weight") == nullptr) {
            continue;
        }
        found.push_back(std::move(base));
    }
    return found;
}

}  // namespace

void read_quantized_weights(const json& quantization, std::string_view source, TensorTable& table) {
    const Fields fields(quantization, fmt::format("{}: quantization_config", source));
    if (fields.text("quant_method") == "mxfp4") {
        // Of the experts alone, which know it from their names: see packed_experts.h.
        fields.allow({"quant_method", "modules_to_not_convert", "dequantize"});
        return;
    }
    const Scheme scheme = scheme_of(fields);
    TensorTable made;
    std::set<std::string> used;
    for (const std::string& base : bases(table, scheme)) {
        const QuantizedPieces pieces(table, base);
        made.push_back(scheme.read(pieces));
        used.insert(base + "weight");
        for (const std::string_view piece : scheme.pieces)
            used.insert(base + std::string(piece));
    }
    std::erase_if(table, [&](const TensorSource& one) { return used.contains(one.name); });
    table.insert(table.end(), std::make_move_iterator(made.begin()),
                 std::make_move_iterator(made.end()));
    sort_tensors(table);
}

void refuse_unexplained_quantization(const TensorTable& table, std::string_view source) {
    for (const TensorSource& tensor : table) {
        constexpr std::array kEndings{".qweight", ".weight_packed", ".weight_scale_inv",
                                      ".weight.absmax", ".SCB"};
        const bool quantized = std::any_of(kEndings.begin(), kEndings.end(), [&](const char* end) {
            return tensor.name.ends_with(end);
        });
        if (!quantized) continue;
        fail(ErrorCode::unsupported,
             "{}: tensor {} is a piece of a quantized weight, but {} has no quantization_config "
             "that says how to read it; take the config.json that belongs to these files",
             file_of(tensor).string(), tensor.name, source);
    }
}

}  // namespace headscope
