#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/row_decoder.h"
#include "core/checkpoint/tensor_file.h"

namespace headscope {

/// A tensor in one of a checkpoint's files, which it keeps open.
struct TensorPart {
    const StoredTensor* tensor = nullptr;
    std::shared_ptr<const TensorFile> file;
};

/// A tensor of a checkpoint and how it is made of what the files hold. Usually it is one part as it
/// lies there; in Meta's layout it may be joined from several and have its rows in another order,
/// and a quantized one has a decoder.
struct TensorSource {
    std::string name;  ///< Hugging Face's
    std::vector<std::int64_t> shape;
    std::vector<TensorPart> parts;  ///< at least one
    /// The dimension along which several parts, all of one shape and dtype, are joined.
    int join_dim = 0;
    /// Heads whose rows are in interleaved rotary order and become half-split: of the n rows of a
    /// head, row 2j + p becomes row p n/2 + j. 0: rows stay.
    std::int64_t interleaved_heads = 0;
    /// Makes the rows, in the order of the files, of what the parts hold; null: they hold rows.
    std::shared_ptr<const RowDecoder> decoder = {};

    [[nodiscard]] const StoredTensor& first() const { return *parts.front().tensor; }

    /// The dtype of the elements as they are read; none where weights cannot have it.
    [[nodiscard]] std::optional<DType> weight_dtype() const {
        return decoder ? DType::f32 : first().weight_dtype;
    }

    /// The same as safetensors spells it, for any tensor.
    [[nodiscard]] std::string_view stored_dtype() const {
        return decoder ? std::string_view("F32") : std::string_view(first().dtype);
    }
};

/// Bytes and what keeps them.
struct OwnedBytes {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

/// Whether the elements lie in one file as the tensor has them.
bool is_stored_as_it_is(const TensorSource& source);

/// Number of elements.
std::int64_t element_count(const std::vector<std::int64_t>& shape);

/// Rows of a tensor: its first dimension, and of a scalar 1.
std::int64_t row_count(const TensorSource& source);

/// Copies rows [first, first + count) to `to`, whatever the files have.
void copy_rows(const TensorSource& source, std::int64_t first, std::int64_t count, std::byte* to);

/// Bytes of all elements, as they are read.
std::size_t byte_size(const TensorSource& source);

/// Gives the elements of a tensor, row-major, to `sink` piece by piece, and lets go of the memory
/// that each took: it does not grow with the tensor.
void read_in_pieces(const TensorSource& source,
                    const std::function<void(std::span<const std::byte>)>& sink);

/// The elements of a tensor, row-major: a view into the file where it is one part as it lies there,
/// otherwise a new buffer.
OwnedBytes read_tensor_source(const TensorSource& source);

}  // namespace headscope
