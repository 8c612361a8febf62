#include "core/checkpoint/quantization/quantized_pieces.h"

#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/quantization/half.h"

namespace headscope {
namespace {

template <typename Word>
Word word_at(std::span<const std::byte> bytes, std::size_t index) {
    Word word;
    std::memcpy(&word, bytes.data() + index * sizeof(Word), sizeof(Word));
    return word;
}

}  // namespace

const TensorSource* QuantizedPieces::find(std::string_view rest) const {
    return find_tensor(table_, base_ + std::string(rest));
}

const TensorSource& QuantizedPieces::require(std::string_view rest, std::string_view dtype) const {
    const TensorSource* piece = find(rest);
    if (piece == nullptr) {
        fail(ErrorCode::bad_input,
             "tensor {}{} is missing, without which the quantized weight cannot be read; do all "
             "files of the model lie here?",
             base_, rest);
    }
    if (piece->first().dtype != dtype || !is_stored_as_it_is(*piece)) {
        fail(ErrorCode::unsupported,
             "{}: tensor {} has the dtype {}, but {} is what this quantization has there",
             file_of(*piece).string(), piece->name, piece->first().dtype, dtype);
    }
    return *piece;
}

std::vector<float> QuantizedPieces::floats(std::string_view rest) const {
    const TensorSource* piece = find(rest);
    if (piece == nullptr || !piece->first().weight_dtype) {
        return {static_cast<float>(require(rest, "F32").shape.size())};  // throws
    }
    const auto count = static_cast<std::size_t>(element_count(piece->shape));
    const std::span<const std::byte> bytes = piece->first().bytes;
    std::vector<float> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        switch (*piece->first().weight_dtype) {
            case DType::f32:
                values.push_back(word_at<float>(bytes, i));
                break;
            case DType::f16:
                values.push_back(float_of_half(word_at<std::uint16_t>(bytes, i)));
                break;
            case DType::bf16:
                values.push_back(float_of_bfloat(word_at<std::uint16_t>(bytes, i)));
                break;
        }
    }
    return values;
}

std::vector<std::int64_t> QuantizedPieces::integers(std::string_view rest) const {
    const TensorSource* piece = find(rest);
    if (piece == nullptr) require(rest, "I64");
    const std::string& dtype = piece->first().dtype;
    const std::span<const std::byte> bytes = piece->first().bytes;
    const auto count = static_cast<std::size_t>(element_count(piece->shape));
    std::vector<std::int64_t> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (dtype == "I64") {
            values.push_back(word_at<std::int64_t>(bytes, i));
        } else if (dtype == "I32") {
            values.push_back(word_at<std::int32_t>(bytes, i));
        } else if (dtype == "I8") {
            values.push_back(word_at<std::int8_t>(bytes, i));
        } else if (dtype == "U8") {
            values.push_back(word_at<std::uint8_t>(bytes, i));
        } else {
            require(rest, "I32");  // throws
        }
    }
    return values;
}

void QuantizedPieces::fail_shape(const TensorSource& piece) const {
    fail(ErrorCode::bad_input,
         "{}: tensor {} has the shape [{}], which does not fit the other pieces of the quantized "
         "weight; do all belong to the same model?",
         file_of(piece).string(), piece.name, fmt::join(piece.shape, ", "));
}

TensorSource made_of(const QuantizedPieces& pieces, const std::vector<std::string_view>& rests,
                     std::vector<std::int64_t> shape, std::shared_ptr<const RowDecoder> decoder) {
    TensorSource source;
    source.name = pieces.base() + "weight";
    source.shape = std::move(shape);
    for (const std::string_view rest : rests) {
        if (const TensorSource* piece = pieces.find(rest))
            source.parts.insert(source.parts.end(), piece->parts.begin(), piece->parts.end());
    }
    source.decoder = std::move(decoder);
    return source;
}

}  // namespace headscope
