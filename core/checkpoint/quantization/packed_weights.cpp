#include <array>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/checkpoint/quantization/scaled_weights.h"

namespace headscope {
namespace {

/// A matrix [in, out] of integers with a scale and a zero for each group of its rows and each of
/// its columns, which is read transposed.
class TransposedRows : public RowDecoder {
  public:
    TransposedRows(std::int64_t inputs, std::int64_t outputs, std::vector<float> scales,
                   std::vector<float> zeros, std::vector<std::int64_t> groups)
        : inputs_(inputs),
          outputs_(outputs),
          scales_(std::move(scales)),
          zeros_(std::move(zeros)),
          groups_(std::move(groups)) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        // A line of the file has one input of all outputs.
        for (std::int64_t input = 0; input < inputs_; ++input) {
            const std::int64_t group = groups_[static_cast<std::size_t>(input)];
            for (std::int64_t i = 0; i < count; ++i) {
                const auto at = static_cast<std::size_t>(group * outputs_ + first + i);
                const auto stored = static_cast<float>(stored_at(input, first + i));
                to[i * inputs_ + input] = (stored - zeros_[at]) * scales_[at];
            }
        }
    }

  protected:
    [[nodiscard]] virtual std::uint32_t stored_at(std::int64_t input,
                                                  std::int64_t output) const = 0;

  private:
    std::int64_t inputs_;
    std::int64_t outputs_;
    std::vector<float> scales_;         ///< [groups, outputs]
    std::vector<float> zeros_;          ///< [groups, outputs]
    std::vector<std::int64_t> groups_;  ///< of each input
};

/// Packed along the outputs, in the order in which AWQ's kernels want them.
constexpr std::array<int, 8> kAwqPlace{0, 4, 1, 5, 2, 6, 3, 7};

std::uint32_t awq_at(const PieceView<std::uint32_t>& words, std::int64_t words_of_row,
                     std::int64_t row, std::int64_t column) {
    const std::uint32_t word = words[row * words_of_row + column / 8];
    return word >> 4 * kAwqPlace[static_cast<std::size_t>(column % 8)] & 15U;
}

class AwqRows : public TransposedRows {
  public:
    AwqRows(const TensorSource& packed, std::vector<float> scales, std::vector<float> zeros,
            std::vector<std::int64_t> groups)
        : TransposedRows(packed.shape[0], packed.shape[1] * 8, std::move(scales), std::move(zeros),
                         std::move(groups)),
          words_(packed),
          words_of_row_(packed.shape[1]) {}

  protected:
    [[nodiscard]] std::uint32_t stored_at(std::int64_t input, std::int64_t output) const override {
        return awq_at(words_, words_of_row_, input, output);
    }

  private:
    PieceView<std::uint32_t> words_;
    std::int64_t words_of_row_;
};

/// Packed along the inputs.
class GptqRows : public TransposedRows {
  public:
    GptqRows(const TensorSource& packed, std::int64_t bits, std::vector<float> scales,
             std::vector<float> zeros, std::vector<std::int64_t> groups)
        : TransposedRows(packed.shape[0] * (32 / bits), packed.shape[1], std::move(scales),
                         std::move(zeros), std::move(groups)),
          words_(packed),
          outputs_(packed.shape[1]),
          bits_(bits),
          mask_((1U << bits) - 1U) {}

  protected:
    [[nodiscard]] std::uint32_t stored_at(std::int64_t input, std::int64_t output) const override {
        const std::int64_t in_word = 32 / bits_;
        return words_[input / in_word * outputs_ + output] >> input % in_word * bits_ & mask_;
    }

  private:
    PieceView<std::uint32_t> words_;
    std::int64_t outputs_;
    std::int64_t bits_;
    std::uint32_t mask_;
};

const TensorSource& require_words(const QuantizedPieces& pieces, std::string_view rest) {
    const TensorSource& matrix = pieces.require(rest, "I32");
    if (matrix.shape.size() != 2 || matrix.shape[0] < 1 || matrix.shape[1] < 1)
        pieces.fail_shape(matrix);
    return matrix;
}

/// Scales [groups, outputs].
struct Scales {
    std::vector<float> values;
    std::int64_t groups = 0;
};

Scales read_scales(const QuantizedPieces& pieces, std::int64_t inputs, std::int64_t outputs) {
    Scales scales{pieces.floats("scales"), 0};
    const TensorSource& source = *pieces.find("scales");
    const bool fits = source.shape.size() == 2 && source.shape[1] == outputs &&
                      source.shape[0] >= 1 && source.shape[0] <= inputs;
    if (!fits) pieces.fail_shape(source);
    scales.groups = source.shape[0];
    return scales;
}

/// The group of each input: as g_idx says, or of equal size one behind the other.
std::vector<std::int64_t> groups_of(const QuantizedPieces& pieces, std::int64_t inputs,
                                    std::int64_t groups) {
    const TensorSource* listed = pieces.find("g_idx");
    if (listed == nullptr || element_count(listed->shape) == 0) {
        const std::int64_t size = (inputs + groups - 1) / groups;
        std::vector<std::int64_t> of_inputs;
        for (std::int64_t input = 0; input < inputs; ++input)
            of_inputs.push_back(input / size);
        return of_inputs;
    }
    std::vector<std::int64_t> of_inputs = pieces.integers("g_idx");
    if (of_inputs.size() != static_cast<std::size_t>(inputs)) pieces.fail_shape(*listed);
    for (const std::int64_t group : of_inputs) {
        if (group < 0 || group >= groups) pieces.fail_shape(*listed);
    }
    return of_inputs;
}

/// A matrix of places in a table of 16 values, two in a byte, the first in its high half.
class FourBitRows : public RowDecoder {
  public:
    FourBitRows(const TensorSource& packed, std::int64_t columns, std::vector<float> table,
                std::vector<float> scales, std::int64_t block)
        : bytes_(packed),
          columns_(columns),
          table_(std::move(table)),
          scales_(std::move(scales)),
          block_(block) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        for (std::int64_t i = first * columns_; i < (first + count) * columns_; ++i) {
            const std::uint8_t pair = bytes_[i / 2];
            const int place = i % 2 == 0 ? pair >> 4 : pair & 15;
            *to++ = table_[static_cast<std::size_t>(place)] *
                    scales_[static_cast<std::size_t>(i / block_)];
        }
    }

  private:
    PieceView<std::uint8_t> bytes_;
    std::int64_t columns_;
    std::vector<float> table_;
    std::vector<float> scales_;
    std::int64_t block_;
};

/// The JSON that bitsandbytes keeps in a tensor of bytes beside each weight.
nlohmann::json read_state(const QuantizedPieces& pieces, std::string& rest) {
    for (const char* type : {"nf4", "fp4"}) {
        rest = std::string("weight.quant_state.bitsandbytes__") + type;
        const TensorSource* state = pieces.find(rest);
        if (state == nullptr) continue;
        const auto bytes = pieces.require(rest, "U8").first().bytes;
        nlohmann::json parsed =
            parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, state->name);
        if (parsed.is_object()) return parsed;
    }
    pieces.require("weight.quant_state.bitsandbytes__nf4", "U8");  // throws
    return {};
}

std::int64_t block_size(const nlohmann::json& state, const char* field, const std::string& name) {
    const auto found = state.find(field);
    if (found != state.end() && found->is_number_integer()) {
        const auto size = found->get<std::int64_t>();
        if (size > 0 && size <= (1 << 20)) return size;
    }
    fail(ErrorCode::bad_input, "tensor {}: {} is missing or no size of a block", name, field);
}

/// The scale of each block: absmax, or what a second quantization made of it.
std::vector<float> read_absmax(const QuantizedPieces& pieces, const nlohmann::json& state,
                               const std::string& state_name) {
    if (!pieces.has("weight.nested_absmax")) return pieces.floats("weight.absmax");
    const std::vector<float> table = pieces.floats("weight.nested_quant_map");
    if (table.size() != 256) pieces.fail_shape(*pieces.find("weight.nested_quant_map"));
    const std::vector<float> outer = pieces.floats("weight.nested_absmax");
    const std::int64_t block = block_size(state, "nested_blocksize", state_name);
    const auto offset = static_cast<float>(state.value("nested_offset", 0.0));
    std::vector<float> scales;
    const TensorSource& places = pieces.require("weight.absmax", "U8");
    for (const std::byte place : places.first().bytes) {
        const std::size_t of_outer = scales.size() / static_cast<std::size_t>(block);
        if (of_outer >= outer.size()) pieces.fail_shape(places);
        scales.push_back(table[std::to_integer<std::size_t>(place)] * outer[of_outer] + offset);
    }
    return scales;
}

}  // namespace

TensorSource awq_weight(const QuantizedPieces& pieces, std::int64_t bits) {
    if (bits != 4) {
        fail(ErrorCode::unsupported, "quantization_config.bits {} is not supported for AWQ, only 4",
             bits);
    }
    const TensorSource& packed = require_words(pieces, "qweight");
    const std::int64_t inputs = packed.shape[0];
    const std::int64_t outputs = packed.shape[1] * 8;
    Scales scales = read_scales(pieces, inputs, outputs);
    const TensorSource& packed_zeros = require_words(pieces, "qzeros");
    if (packed_zeros.shape[0] != scales.groups || packed_zeros.shape[1] != packed.shape[1])
        pieces.fail_shape(packed_zeros);
    const PieceView<std::uint32_t> words(packed_zeros);
    std::vector<float> zeros;
    for (std::int64_t group = 0; group < scales.groups; ++group) {
        for (std::int64_t output = 0; output < outputs; ++output)
            zeros.push_back(static_cast<float>(awq_at(words, packed.shape[1], group, output)));
    }
    return made_of(
        pieces, {"qweight", "qzeros", "scales"}, {outputs, inputs},
        std::make_shared<const AwqRows>(packed, std::move(scales.values), std::move(zeros),
                                        groups_of(pieces, inputs, scales.groups)));
}

TensorSource gptq_weight(const QuantizedPieces& pieces, std::int64_t bits, bool first_version) {
    if (bits != 2 && bits != 4 && bits != 8) {
        fail(ErrorCode::unsupported,
             "quantization_config.bits {} is not supported for GPTQ; supported: 2, 4, 8", bits);
    }
    const std::int64_t in_word = 32 / bits;
    const TensorSource& packed = require_words(pieces, "qweight");
    const std::int64_t inputs = packed.shape[0] * in_word;
    const std::int64_t outputs = packed.shape[1];
    Scales scales = read_scales(pieces, inputs, outputs);
    const TensorSource& packed_zeros = require_words(pieces, "qzeros");
    if (packed_zeros.shape[0] != scales.groups || packed_zeros.shape[1] * in_word != outputs)
        pieces.fail_shape(packed_zeros);
    const PieceView<std::uint32_t> words(packed_zeros);
    std::vector<float> zeros;
    for (std::int64_t group = 0; group < scales.groups; ++group) {
        for (std::int64_t output = 0; output < outputs; ++output) {
            const std::uint32_t word = words[group * packed_zeros.shape[1] + output / in_word];
            const std::uint32_t stored = word >> output % in_word * bits & ((1U << bits) - 1U);
            zeros.push_back(static_cast<float>(stored + (first_version ? 1 : 0)));
        }
    }
    return made_of(
        pieces, {"qweight", "qzeros", "scales", "g_idx"}, {outputs, inputs},
        std::make_shared<const GptqRows>(packed, bits, std::move(scales.values), std::move(zeros),
                                         groups_of(pieces, inputs, scales.groups)));
}

TensorSource four_bit_weight(const QuantizedPieces& pieces) {
    std::string state_name;
    const nlohmann::json state = read_state(pieces, state_name);
    const TensorSource& packed = pieces.require("weight", "U8");
    const auto listed = state.find("shape");
    std::vector<std::int64_t> shape;
    if (listed != state.end() && listed->is_array()) {
        for (const nlohmann::json& extent : *listed)
            shape.push_back(extent.is_number_unsigned() ? extent.get<std::int64_t>() : 0);
    }
    const std::int64_t bytes = element_count(packed.shape);
    const bool fits = shape.size() == 2 && shape[0] > 0 && shape[1] > 0 &&
                      shape[0] <= 2 * bytes / shape[1] && (shape[0] * shape[1] + 1) / 2 == bytes;
    if (!fits) pieces.fail_shape(packed);
    const std::int64_t block = block_size(state, "blocksize", pieces.base() + state_name);
    std::vector<float> table = pieces.floats("weight.quant_map");
    if (table.size() != 16) pieces.fail_shape(*pieces.find("weight.quant_map"));
    std::vector<float> scales = read_absmax(pieces, state, pieces.base() + state_name);
    if (static_cast<std::int64_t>(scales.size()) != (shape[0] * shape[1] + block - 1) / block)
        pieces.fail_shape(*pieces.find("weight.absmax"));
    return made_of(pieces, {"weight", "weight.absmax"}, shape,
                   std::make_shared<const FourBitRows>(packed, shape[1], std::move(table),
                                                       std::move(scales), block));
}

}  // namespace headscope
