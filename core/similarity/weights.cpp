#include "core/similarity/weights.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace headscope {

namespace {

template <typename Word>
Word word_at(const TensorView& tensor, std::int64_t index) {
    Word word;
    std::memcpy(&word, tensor.bytes.data() + static_cast<std::size_t>(index) * sizeof(Word),
                sizeof(Word));
    return word;
}

/// IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits.
double from_f16(std::uint16_t bits) {
    const int exponent = bits >> 10 & 0x1f;
    const int fraction = bits & 0x3ff;
    double magnitude = 0.0;
    if (exponent == 0x1f) {
        magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                                  : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        magnitude = std::ldexp(fraction, -24);
    } else {
        magnitude = std::ldexp(0x400 + fraction, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

double weight_at(const TensorView& tensor, std::int64_t index) {
    switch (tensor.dtype) {
        case DType::bf16: {
            const std::uint32_t bits = word_at<std::uint16_t>(tensor, index);
            return static_cast<double>(std::bit_cast<float>(bits << 16));
        }
        case DType::f16:
            return from_f16(word_at<std::uint16_t>(tensor, index));
        case DType::f32:
            break;
    }
    return static_cast<double>(word_at<float>(tensor, index));
}

/// "[row, column]" of an element in row-major order.
std::string place_of(std::int64_t index, const std::vector<std::int64_t>& shape) {
    std::string place;
    for (std::size_t axis = shape.size(); axis-- > 0; index /= shape[axis]) {
        place.insert(0, fmt::format("{}{}", axis == 0 ? "" : ", ", index % shape[axis]));
    }
    return "[" + place + "]";
}

}  // namespace

void decode_weights(const TensorView& tensor, std::int64_t first, std::span<double> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = weight_at(tensor, first + static_cast<std::int64_t>(i));
    }
}

void require_finite(const TensorView& tensor) {
    const auto count = static_cast<std::int64_t>(tensor.bytes.size() / size_of(tensor.dtype));
    for (std::int64_t index = 0; index < count; ++index) {
        const double weight = weight_at(tensor, index);
        if (std::isfinite(weight)) continue;
        fail(ErrorCode::bad_input,
             "{}: element {} is {}; heads with such weights cannot be compared: is the file "
             "damaged?",
             tensor.name, place_of(index, tensor.shape), std::isnan(weight) ? "NaN" : "infinite");
    }
}

}  // namespace headscope
