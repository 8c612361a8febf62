#include "core/checkpoint/quantization/rounded_tensor.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/checkpoint/quantization/encode_blocks.h"
#include "core/checkpoint/quantization/half.h"

namespace headscope {
namespace {

/// `count` elements of a dtype as float32.
void widen(DType dtype, const std::byte* from, std::size_t count, float* to) {
    if (dtype == DType::f32) {
        std::memcpy(to, from, count * sizeof(float));
        return;
    }
    for (std::size_t i = 0; i < count; ++i, from += sizeof(std::uint16_t)) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, from, sizeof bits);
        to[i] = dtype == DType::f16 ? float_of_half(bits) : float_of_bfloat(bits);
    }
}

/// Values through blocks of `type` and back. What is not finite stays: the evaluation tells of it.
void round_to(const BlockType& type, std::span<float> values) {
    const auto blocks = values.size() / static_cast<std::size_t>(type.elements);
    std::vector<std::byte> encoded(blocks * static_cast<std::size_t>(type.bytes));
    if (!encode_blocks(type, values, encoded.data())) return;
    if (type.dtype) {
        widen(*type.dtype, encoded.data(), values.size(), values.data());
    } else {
        type.decode()(reinterpret_cast<const unsigned char*>(encoded.data()),
                      static_cast<std::int64_t>(blocks), values.data());
    }
}

class RoundedRows : public RowDecoder {
  public:
    RoundedRows(TensorSource source, std::vector<RowsOfType> types)
        : source_(std::move(source)), types_(std::move(types)) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        const std::int64_t columns = element_count(source_.shape) / row_count(source_);
        const DType dtype = *source_.weight_dtype();
        const auto elements = static_cast<std::size_t>(count * columns);
        std::vector<std::byte> rows(elements * size_of(dtype));
        copy_rows(source_, first, count, rows.data());
        widen(dtype, rows.data(), elements, to);
        for (const RowsOfType& range : types_) {
            const std::int64_t begin = std::max(first, range.first);
            const std::int64_t end = std::min(first + count, range.first + range.count);
            if (begin >= end) continue;
            round_to(*range.type, std::span(to + (begin - first) * columns,
                                            static_cast<std::size_t>((end - begin) * columns)));
        }
    }

  private:
    TensorSource source_;
    std::vector<RowsOfType> types_;
};

}  // namespace

TensorSource rounded_tensor(const TensorSource& tensor, std::vector<RowsOfType> types) {
    TensorSource rounded = tensor;
    rounded.interleaved_heads = 0;  // the rows that the decoder makes are in order already
    rounded.decoder = std::make_shared<RoundedRows>(tensor, std::move(types));
    return rounded;
}

}  // namespace headscope
