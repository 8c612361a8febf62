#include "core/checkpoint/quantization/scaled_weights.h"

#include <array>
#include <cmath>

#include "core/base/error.h"

namespace headscope {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

/// E4M3 without infinities: 1 sign, 4 exponent and 3 fraction bits; all ones are NaN.
std::array<float, 256> make_e4m3() {
    std::array<float, 256> values{};
    for (int bits = 0; bits < 256; ++bits) {
        const int exponent = bits >> 3 & 15;
        const int fraction = bits & 7;
        float value = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -9)
                                    : std::ldexp(static_cast<float>(8 + fraction), exponent - 10);
        if ((bits & 127) == 127) value = std::nanf("");
        values[static_cast<std::size_t>(bits)] = (bits & 128) != 0 ? -value : value;
    }
    return values;
}

float value_of_byte(std::uint8_t bits, bool is_float) {
    static const std::array<float, 256> kE4m3 = make_e4m3();
    return is_float ? kE4m3[bits] : static_cast<float>(static_cast<std::int8_t>(bits));
}

/// Scales in a grid over a matrix: how many rows and columns one covers.
struct Grid {
    std::int64_t rows = 1;
    std::int64_t columns = 1;
    std::int64_t across = 1;  ///< scales side by side

    [[nodiscard]] std::size_t at(std::int64_t row, std::int64_t column) const {
        return static_cast<std::size_t>(row / rows * across + column / columns);
    }
};

/// What a scale of this shape covers of a matrix [rows, columns].
Grid grid_of(const QuantizedPieces& pieces, const TensorSource& scale, std::int64_t rows,
             std::int64_t columns) {
    const std::int64_t count = element_count(scale.shape);
    if (count == 1) return {rows, columns, 1};
    const std::int64_t down = scale.shape.front();
    const std::int64_t across = count / std::max<std::int64_t>(1, down);
    if (scale.shape.size() > 2 || down < 1 || across < 1 || down > rows || across > columns)
        pieces.fail_shape(scale);
    const Grid grid{divide_up(rows, down), divide_up(columns, across), across};
    if (divide_up(rows, grid.rows) != down || divide_up(columns, grid.columns) != across)
        pieces.fail_shape(scale);
    return grid;
}

class ScaledRows : public RowDecoder {
  public:
    ScaledRows(const TensorSource& weight, Grid grid, std::vector<float> scales,
               std::vector<std::int64_t> zeros)
        : elements_(weight),
          columns_(weight.shape[1]),
          is_float_(weight.first().dtype == "F8_E4M3"),
          grid_(grid),
          scales_(std::move(scales)),
          zeros_(std::move(zeros)) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        for (std::int64_t row = first; row < first + count; ++row) {
            for (std::int64_t column = 0; column < columns_; ++column) {
                const std::size_t at = grid_.at(row, column);
                float value = value_of_byte(elements_[row * columns_ + column], is_float_);
                if (!zeros_.empty()) value -= static_cast<float>(zeros_[at]);
                *to++ = value * scales_[at];
            }
        }
    }

  private:
    PieceView<std::uint8_t> elements_;
    std::int64_t columns_;
    bool is_float_;
    Grid grid_;
    std::vector<float> scales_;
    std::vector<std::int64_t> zeros_;
};

const TensorSource& require_matrix(const QuantizedPieces& pieces, std::string_view rest,
                                   std::string_view dtype) {
    const TensorSource& matrix = pieces.require(rest, dtype);
    if (matrix.shape.size() != 2 || matrix.shape[0] < 1 || matrix.shape[1] < 1)
        pieces.fail_shape(matrix);
    return matrix;
}

/// Integers of `bits` bits, packed into the 32-bit words of a matrix along its rows.
class PackedRows : public RowDecoder {
  public:
    PackedRows(const TensorSource& packed, std::int64_t bits, std::int64_t columns, Grid grid,
               std::vector<float> scales, std::vector<std::int64_t> zeros,
               std::vector<std::int64_t> groups)
        : words_(packed),
          words_of_row_(packed.shape[1]),
          bits_(bits),
          columns_(columns),
          grid_(grid),
          scales_(std::move(scales)),
          zeros_(std::move(zeros)),
          groups_(std::move(groups)) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        const std::int64_t in_word = 32 / bits_;
        const std::uint32_t mask = (1U << bits_) - 1U;
        const auto offset = static_cast<std::int64_t>(1) << (bits_ - 1);
        for (std::int64_t row = first; row < first + count; ++row) {
            for (std::int64_t column = 0; column < columns_; ++column) {
                const std::uint32_t word = words_[row * words_of_row_ + column / in_word];
                const std::uint32_t stored = word >> column % in_word * bits_ & mask;
                const std::size_t at =
                    groups_.empty()
                        ? grid_.at(row, column)
                        : static_cast<std::size_t>(row * grid_.across +
                                                   groups_[static_cast<std::size_t>(column)]);
                const std::int64_t zero = zeros_.empty() ? 0 : zeros_[at];
                *to++ = static_cast<float>(static_cast<std::int64_t>(stored) - offset - zero) *
                        scales_[at];
            }
        }
    }

  private:
    PieceView<std::uint32_t> words_;
    std::int64_t words_of_row_;
    std::int64_t bits_;
    std::int64_t columns_;
    Grid grid_;
    std::vector<float> scales_;
    std::vector<std::int64_t> zeros_;
    std::vector<std::int64_t> groups_;  ///< of each column, where columns were reordered
};

/// The zero points of a packed weight, [rows, across]: words that hold several rows each.
std::vector<std::int64_t> unpack_zeros(const QuantizedPieces& pieces, std::int64_t bits,
                                       std::int64_t rows, std::int64_t across) {
    if (!pieces.has("weight_zero_point")) return {};
    const TensorSource& packed = require_matrix(pieces, "weight_zero_point", "I32");
    const std::int64_t in_word = 32 / bits;
    if (packed.shape[0] != divide_up(rows, in_word) || packed.shape[1] != across)
        pieces.fail_shape(packed);
    const PieceView<std::uint32_t> words(packed);
    const std::uint32_t mask = (1U << bits) - 1U;
    const auto offset = static_cast<std::int64_t>(1) << (bits - 1);
    std::vector<std::int64_t> zeros;
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t column = 0; column < across; ++column) {
            const std::uint32_t word = words[row / in_word * across + column];
            zeros.push_back(static_cast<std::int64_t>(word >> row % in_word * bits & mask) -
                            offset);
        }
    }
    return zeros;
}

std::vector<std::int64_t> read_groups(const QuantizedPieces& pieces, std::string_view rest,
                                      std::int64_t columns, std::int64_t groups) {
    if (!pieces.has(rest)) return {};
    std::vector<std::int64_t> of_columns = pieces.integers(rest);
    const bool none = !of_columns.empty() && of_columns.front() == -1;  // written, not used
    if (none) return {};
    if (of_columns.size() != static_cast<std::size_t>(columns))
        pieces.fail_shape(*pieces.find(rest));
    for (const std::int64_t group : of_columns) {
        if (group < 0 || group >= groups) pieces.fail_shape(*pieces.find(rest));
    }
    return of_columns;
}

}  // namespace

TensorSource scaled_weight(const QuantizedPieces& pieces, std::string_view scale,
                           std::string_view zero_point) {
    const bool is_float =
        pieces.require("weight", pieces.find("weight")->first().dtype).first().dtype == "F8_E4M3";
    const TensorSource& weight = require_matrix(pieces, "weight", is_float ? "F8_E4M3" : "I8");
    std::vector<float> scales = pieces.floats(scale);
    const Grid grid = grid_of(pieces, *pieces.find(scale), weight.shape[0], weight.shape[1]);
    std::vector<std::int64_t> zeros;
    if (!zero_point.empty() && pieces.has(zero_point)) {
        zeros = pieces.integers(zero_point);
        if (zeros.size() != scales.size()) pieces.fail_shape(*pieces.find(zero_point));
    }
    return made_of(
        pieces, {"weight", scale, zero_point}, weight.shape,
        std::make_shared<const ScaledRows>(weight, grid, std::move(scales), std::move(zeros)));
}

TensorSource packed_weight(const QuantizedPieces& pieces, std::int64_t bits) {
    const TensorSource& packed = require_matrix(pieces, "weight_packed", "I32");
    const std::vector<std::int64_t> shape = pieces.integers("weight_shape");
    const std::int64_t in_word = 32 / bits;
    if (shape.size() != 2 || shape[0] != packed.shape[0] ||
        packed.shape[1] != divide_up(shape[1], in_word)) {
        pieces.fail_shape(packed);
    }
    std::vector<float> scales = pieces.floats("weight_scale");
    const Grid grid = grid_of(pieces, *pieces.find("weight_scale"), shape[0], shape[1]);
    const std::int64_t down = static_cast<std::int64_t>(scales.size()) / grid.across;
    std::vector<std::int64_t> zeros = unpack_zeros(pieces, bits, down, grid.across);
    std::vector<std::int64_t> groups = read_groups(pieces, "weight_g_idx", shape[1], grid.across);
    if (!groups.empty() && grid.rows != 1) pieces.fail_shape(*pieces.find("weight_scale"));
    return made_of(
        pieces, {"weight_packed", "weight_scale", "weight_zero_point"}, shape,
        std::make_shared<const PackedRows>(packed, bits, shape[1], grid, std::move(scales),
                                           std::move(zeros), std::move(groups)));
}

TensorSource int8_weight(const QuantizedPieces& pieces) {
    const TensorSource& weight = require_matrix(pieces, "weight", "I8");
    std::vector<float> scales = pieces.floats("SCB");
    if (scales.size() != static_cast<std::size_t>(weight.shape[0]))
        pieces.fail_shape(*pieces.find("SCB"));
    for (float& scale : scales)
        scale /= 127.0F;
    const Grid grid{1, weight.shape[1], 1};
    return made_of(pieces, {"weight", "SCB"}, weight.shape,
                   std::make_shared<const ScaledRows>(weight, grid, std::move(scales),
                                                      std::vector<std::int64_t>()));
}

}  // namespace headscope
