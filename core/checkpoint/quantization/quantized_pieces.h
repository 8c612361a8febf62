#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/tensor_table.h"

namespace headscope {

/// The tensors that make up one quantized weight: they all begin with the same name.
class QuantizedPieces {
  public:
    /// `base` is the common beginning, such as "model.layers.0.mlp.up_proj.".
    QuantizedPieces(const TensorTable& table, std::string base)
        : table_(table), base_(std::move(base)) {}

    [[nodiscard]] const std::string& base() const { return base_; }
    [[nodiscard]] bool has(std::string_view rest) const { return find(rest) != nullptr; }

    /// Null where there is none.
    [[nodiscard]] const TensorSource* find(std::string_view rest) const;

    /// The piece of this dtype (safetensors' name). Throws Error(bad_input) that names it where it
    /// is missing or has another.
    const TensorSource& require(std::string_view rest, std::string_view dtype) const;

    /// The elements of a piece of floats. Throws as require does.
    [[nodiscard]] std::vector<float> floats(std::string_view rest) const;

    /// The elements of a piece of whole numbers of up to 64 bits.
    [[nodiscard]] std::vector<std::int64_t> integers(std::string_view rest) const;

    /// Throws Error(bad_input): this piece does not fit the others.
    [[noreturn]] void fail_shape(const TensorSource& piece) const;

  private:
    const TensorTable& table_;
    std::string base_;
};

/// A piece that lies in its file as it is, for reading without a copy.
template <typename Word>
class PieceView {
  public:
    explicit PieceView(const TensorSource& source) : file_(source.parts.front().file) {
        bytes_ = source.first().bytes;
    }

    [[nodiscard]] Word operator[](std::int64_t index) const {
        Word word;
        __builtin_memcpy(&word, bytes_.data() + static_cast<std::size_t>(index) * sizeof(Word),
                         sizeof(Word));
        return word;
    }

  private:
    std::shared_ptr<const TensorFile> file_;
    std::span<const std::byte> bytes_;
};

/// A weight that is made of pieces: `rest` of each, of which the first tells its file.
TensorSource made_of(const QuantizedPieces& pieces, const std::vector<std::string_view>& rests,
                     std::vector<std::int64_t> shape, std::shared_ptr<const RowDecoder> decoder);

}  // namespace headscope
