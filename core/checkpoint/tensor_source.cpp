#include "core/checkpoint/tensor_source.h"

#include <algorithm>
#include <cstring>

namespace headscope {
namespace {

/// The row of the file that becomes `row`: see TensorSource::interleaved_heads.
std::int64_t stored_row(std::int64_t row, std::int64_t rows_per_head) {
    const std::int64_t in_head = row % rows_per_head;
    const std::int64_t half = rows_per_head / 2;
    return row - in_head + in_head % half * 2 + in_head / half;
}

}  // namespace

/// Row by row: all parts of a row where parts stand side by side, otherwise the one part that has
/// it.
void copy_rows(const TensorSource& source, std::int64_t first, std::int64_t count, std::byte* to) {
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
    for (std::int64_t row = first; row < first + count; ++row) {
        const std::int64_t from = rows_per_head > 0 ? stored_row(row, rows_per_head) : row;
        if (source.join_dim == 0) {
            copy(parts[static_cast<std::size_t>(from / rows_per_part)], from % rows_per_part);
        } else {
            for (const TensorPart& part : parts)
                copy(part, from);
        }
    }
}

bool is_stored_as_it_is(const TensorSource& source) {
    return source.parts.size() == 1 && source.interleaved_heads == 0;
}

std::size_t byte_size(const TensorSource& source) {
    return source.parts.size() * source.first().bytes.size();
}

void read_in_pieces(const TensorSource& source,
                    const std::function<void(std::span<const std::byte>)>& sink) {
    constexpr std::size_t kPieceBytes = std::size_t{8} << 20;
    const std::size_t size = byte_size(source);
    if (size == 0) return;
    if (is_stored_as_it_is(source)) {
        const MappedFile& file = source.parts.front().file->file();
        std::span<const std::byte> rest = source.first().bytes;
        while (!rest.empty()) {
            const auto piece = rest.first(std::min(rest.size(), kPieceBytes));
            rest = rest.subspan(piece.size());
            file.prefetch(rest.first(std::min(rest.size(), kPieceBytes)));
            sink(piece);
            file.release(piece);
        }
        return;
    }
    const std::int64_t rows = source.shape[0];
    const std::size_t row_bytes = size / static_cast<std::size_t>(rows);
    const auto rows_of_piece =
        static_cast<std::int64_t>(std::max<std::size_t>(1, kPieceBytes / row_bytes));
    std::vector<std::byte> buffer;
    for (std::int64_t first = 0; first < rows; first += rows_of_piece) {
        const std::int64_t count = std::min(rows_of_piece, rows - first);
        buffer.resize(static_cast<std::size_t>(count) * row_bytes);
        copy_rows(source, first, count, buffer.data());
        for (const TensorPart& part : source.parts)
            part.file->file().release(part.tensor->bytes);
        sink(buffer);
    }
}

OwnedBytes read_tensor_source(const TensorSource& source) {
    if (is_stored_as_it_is(source)) return {source.first().bytes, source.parts.front().file};
    const std::size_t size = byte_size(source);
    for (const TensorPart& part : source.parts)
        part.file->file().prefetch(part.tensor->bytes);
    const auto buffer = std::make_shared_for_overwrite<std::byte[]>(size);
    if (size > 0) copy_rows(source, 0, source.shape[0], buffer.get());
    return {{buffer.get(), size}, buffer};
}

}  // namespace headscope
