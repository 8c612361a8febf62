#include "core/checkpoint/quantization/packed_experts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/checkpoint/quantization/half.h"
#include "core/checkpoint/quantization/quantized_pieces.h"

namespace headscope {
namespace {

constexpr std::string_view kExperts = ".mlp.experts.";

/// The features of one expert that one projection has, among those of a stack.
struct Features {
    std::int64_t expert = 0;
    std::int64_t all = 0;    ///< of the stack: twice as many where gate and up alternate
    std::int64_t first = 0;  ///< 0 or 1
    std::int64_t step = 1;

    [[nodiscard]] std::int64_t count() const { return all / step; }
    [[nodiscard]] std::int64_t at(std::int64_t row) const { return first + row * step; }
};

/// A stack of floats as it lies in its file.
class Floats {
  public:
    explicit Floats(const TensorSource& source)
        : dtype_(*source.first().weight_dtype), wide_(source), narrow_(source) {}

    [[nodiscard]] float operator[](std::int64_t index) const {
        if (dtype_ == DType::f32) return wide_[index];
        return dtype_ == DType::f16 ? float_of_half(narrow_[index])
                                    : float_of_bfloat(narrow_[index]);
    }

  private:
    DType dtype_;
    PieceView<float> wide_;
    PieceView<std::uint16_t> narrow_;
};

/// [experts, inputs, features]: an input's features lie side by side.
class StackedColumns : public RowDecoder {
  public:
    StackedColumns(const TensorSource& stack, Features features)
        : stack_(stack), inputs_(stack.shape[1]), features_(features) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        for (std::int64_t input = 0; input < inputs_; ++input) {
            const std::int64_t from = (features_.expert * inputs_ + input) * features_.all;
            for (std::int64_t row = 0; row < count; ++row)
                to[row * inputs_ + input] = stack_[from + features_.at(first + row)];
        }
    }

  private:
    Floats stack_;
    std::int64_t inputs_;
    Features features_;
};

/// [experts, features]
class StackedBias : public RowDecoder {
  public:
    StackedBias(const TensorSource& stack, Features features)
        : stack_(stack), features_(features) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        for (std::int64_t row = first; row < first + count; ++row)
            *to++ = stack_[features_.expert * features_.all + features_.at(row)];
    }

  private:
    Floats stack_;
    Features features_;
};

/// [experts, features, blocks, 16] and [experts, features, blocks]
class Mxfp4Rows : public RowDecoder {
  public:
    Mxfp4Rows(const TensorSource& blocks, const TensorSource& scales, Features features)
        : blocks_(blocks), scales_(scales), blocks_of_row_(blocks.shape[2]), features_(features) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        constexpr std::array kValues{0.0F,  0.5F,  1.0F,  1.5F,  2.0F,  3.0F,  4.0F,  6.0F,
                                     -0.0F, -0.5F, -1.0F, -1.5F, -2.0F, -3.0F, -4.0F, -6.0F};
        for (std::int64_t row = first; row < first + count; ++row) {
            const std::int64_t begin =
                (features_.expert * features_.all + features_.at(row)) * blocks_of_row_;
            for (std::int64_t block = begin; block < begin + blocks_of_row_; ++block) {
                const int exponent = scales_[block] - 127;
                for (std::int64_t i = 0; i < kBlockBytes; ++i) {
                    const unsigned pair = blocks_[block * kBlockBytes + i];
                    *to++ = std::ldexp(kValues[pair & 15U], exponent);
                    *to++ = std::ldexp(kValues[pair >> 4U], exponent);
                }
            }
        }
    }

    static constexpr std::int64_t kBlockBytes = 16;

  private:
    PieceView<std::uint8_t> blocks_;
    PieceView<std::uint8_t> scales_;
    std::int64_t blocks_of_row_;
    Features features_;
};

/// The stacks of one layer.
class Layer {
  public:
    /// `base` ends with ".mlp.experts.".
    Layer(const TensorTable& table, std::string base)
        : base_(base), pieces_(table, std::move(base)) {}

    void split(TensorTable& made) const {
        split(made, "gate_up_proj", {"gate_proj", "up_proj"});
        split(made, "down_proj", {"down_proj"});
    }

  private:
    void split(TensorTable& made, const std::string& stack,
               const std::vector<std::string_view>& projections) const {
        const bool packed = pieces_.has(stack + "_blocks");
        if (packed || pieces_.has(stack)) {
            const TensorSource& weights =
                packed ? require_bytes(stack + "_blocks", 4) : require_floats(stack, 3);
            const TensorSource* scales = packed ? &require_bytes(stack + "_scales", 3) : nullptr;
            if (packed &&
                !std::equal(scales->shape.begin(), scales->shape.end(), weights.shape.begin()))
                pieces_.fail_shape(*scales);
            if (packed && weights.shape[3] != Mxfp4Rows::kBlockBytes) pieces_.fail_shape(weights);
            const std::int64_t inputs = packed ? 32 * weights.shape[2] : weights.shape[1];
            const std::int64_t features = packed ? weights.shape[1] : weights.shape[2];
            add(made, weights, features, projections, "weight", [&](const Features& of) {
                TensorSource one;
                one.shape = {of.count(), inputs};
                one.parts = weights.parts;
                if (packed) {
                    one.parts.push_back(scales->parts.front());
                    one.decoder = std::make_shared<const Mxfp4Rows>(weights, *scales, of);
                } else {
                    one.decoder = std::make_shared<const StackedColumns>(weights, of);
                }
                return one;
            });
        }
        if (!pieces_.has(stack + "_bias")) return;
        const TensorSource& bias = require_floats(stack + "_bias", 2);
        add(made, bias, bias.shape[1], projections, "bias", [&](const Features& of) {
            TensorSource one;
            one.shape = {of.count()};
            one.parts = bias.parts;
            one.decoder = std::make_shared<const StackedBias>(bias, of);
            return one;
        });
    }

    template <typename Make>
    void add(TensorTable& made, const TensorSource& stack, std::int64_t features,
             const std::vector<std::string_view>& projections, std::string_view kind,
             const Make& make) const {
        const auto step = std::ssize(projections);
        if (features < step || features % step != 0) pieces_.fail_shape(stack);
        for (std::int64_t expert = 0; expert < stack.shape.front(); ++expert) {
            for (std::int64_t i = 0; i < step; ++i) {
                TensorSource one = make(Features{expert, features, i, step});
                one.name = fmt::format("{}{}.{}.{}", base_, expert,
                                       projections[static_cast<std::size_t>(i)], kind);
                made.push_back(std::move(one));
            }
        }
    }

    const TensorSource& require_bytes(const std::string& rest, std::size_t dimensions) const {
        return checked(pieces_.require(rest, "U8"), dimensions);
    }

    const TensorSource& require_floats(const std::string& rest, std::size_t dimensions) const {
        const TensorSource& stack = *pieces_.find(rest);
        // Throws where it has no dtype of weights, or lies otherwise.
        return checked(
            pieces_.require(rest, stack.first().weight_dtype ? stack.first().dtype : "BF16"),
            dimensions);
    }

    const TensorSource& checked(const TensorSource& source, std::size_t dimensions) const {
        if (source.shape.size() != dimensions || element_count(source.shape) < 1)
            pieces_.fail_shape(source);
        return source;
    }

    std::string base_;
    QuantizedPieces pieces_;
};

/// Whether the tensor is a stack, and if so what stands before its own name.
std::string_view base_of(std::string_view name) {
    const std::size_t at = name.find(kExperts);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = name.substr(at + kExperts.size());
    for (const std::string_view stack : {"gate_up_proj", "down_proj"}) {
        if (!rest.starts_with(stack)) continue;
        const std::string_view end = rest.substr(stack.size());
        if (end.empty() || end == "_blocks" || end == "_scales" || end == "_bias")
            return name.substr(0, at + kExperts.size());
    }
    return {};
}

}  // namespace

void split_packed_experts(TensorTable& table) {
    TensorTable made;
    std::string last;
    for (const TensorSource& source : table) {  // sorted: those of a layer follow each other
        const std::string base(base_of(source.name));
        if (base.empty() || base == last) continue;
        Layer(table, base).split(made);
        last = base;
    }
    if (last.empty()) return;
    std::erase_if(table, [](const TensorSource& one) { return !base_of(one.name).empty(); });
    table.insert(table.end(), std::make_move_iterator(made.begin()),
                 std::make_move_iterator(made.end()));
    sort_tensors(table);
}

}  // namespace headscope
