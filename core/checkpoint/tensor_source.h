#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/tensor_file.h"

namespace headscope {

/// A tensor in one of a checkpoint's files, which it keeps open.
struct TensorPart {
    const StoredTensor* tensor = nullptr;
    std::shared_ptr<const TensorFile> file;
};

/// A tensor of a checkpoint and how it is made of what the files hold. Usually it is one part as it
/// lies there; in Meta's layout it may be joined from several and have its rows in another order.
struct TensorSource {
    std::string name;  ///< Hugging Face's
    std::vector<std::int64_t> shape;
    std::vector<TensorPart> parts;  ///< at least one; all of the same shape and dtype
    int join_dim = 0;               ///< the dimension along which several parts are joined
    /// Heads whose rows are in interleaved rotary order and become half-split: of the n rows of a
    /// head, row 2j + p becomes row p n/2 + j. 0: rows stay.
    std::int64_t interleaved_heads = 0;

    [[nodiscard]] const StoredTensor& first() const { return *parts.front().tensor; }
};

/// Bytes and what keeps them.
struct OwnedBytes {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

/// Whether the elements lie in one file as the tensor has them.
bool is_stored_as_it_is(const TensorSource& source);

/// Copies rows [first, first + count) of a matrix that is not, or of one that is, to `to`.
void copy_rows(const TensorSource& source, std::int64_t first, std::int64_t count, std::byte* to);

/// Bytes of all elements.
std::size_t byte_size(const TensorSource& source);

/// Gives the elements of a tensor, row-major, to `sink` piece by piece, and lets go of the memory
/// that each took: it does not grow with the tensor.
void read_in_pieces(const TensorSource& source,
                    const std::function<void(std::span<const std::byte>)>& sink);

/// The elements of a tensor, row-major: a view into the file where it is one part as it lies there,
/// otherwise a new buffer.
OwnedBytes read_tensor_source(const TensorSource& source);

}  // namespace headscope
