#include "core/checkpoint/tensor_source.h"

#include <cstring>

namespace headscope {
namespace {

/// The row of the file that becomes `row`: see TensorSource::interleaved_heads.
std::int64_t stored_row(std::int64_t row, std::int64_t rows_per_head) {
    const std::int64_t in_head = row % rows_per_head;
    const std::int64_t half = rows_per_head / 2;
    return row - in_head + in_head % half * 2 + in_head / half;
}

/// Copies rows one by one: all parts of a row where parts stand side by side, otherwise the one
/// part that has it.
void copy_rows(const TensorSource& source, std::byte* to) {
    const std::vector<TensorPart>& parts = source.parts;
    const std::int64_t rows = source.shape[0];
    const std::int64_t rows_per_part = source.first().shape[0];
    const std::size_t row_bytes =
        source.first().bytes.size() / static_cast<std::size_t>(rows_per_part);
    const auto copy = [&](const TensorPart& part, std::int64_t row) {
        std::memcpy(to, part.tensor->bytes.data() + static_cast<std::size_t>(row) * row_bytes,
                    row_bytes);
        to += row_bytes;
    };
    const std::int64_t rows_per_head =
        source.interleaved_heads > 0 ? rows / source.interleaved_heads : 0;
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t from = rows_per_head > 0 ? stored_row(row, rows_per_head) : row;
        if (source.join_dim == 0) {
            copy(parts[static_cast<std::size_t>(from / rows_per_part)], from % rows_per_part);
        } else {
            for (const TensorPart& part : parts)
                copy(part, from);
        }
    }
}

}  // namespace

OwnedBytes read_tensor_source(const TensorSource& source) {
    if (source.parts.size() == 1 && source.interleaved_heads == 0) {
        return {source.first().bytes, source.parts.front().file};
    }
    std::size_t size = 0;
    for (const TensorPart& part : source.parts) {
        size += part.tensor->bytes.size();
        part.file->file().prefetch(part.tensor->bytes);
    }
    const auto buffer = std::make_shared_for_overwrite<std::byte[]>(size);
    if (size > 0) copy_rows(source, buffer.get());
    return {{buffer.get(), size}, buffer};
}

}  // namespace headscope
