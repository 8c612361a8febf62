#include "core/checkpoint/tensor_source.h"

#include <algorithm>
#include <cstring>

#include "core/checkpoint/element_type.h"

namespace headscope {
namespace {

/// The row of the file that becomes `row`: see TensorSource::interleaved_heads.
std::int64_t stored_row(std::int64_t row, std::int64_t rows_per_head) {
    const std::int64_t in_head = row % rows_per_head;
    const std::int64_t half = rows_per_head / 2;
    return row - in_head + in_head % half * 2 + in_head / half;
}

std::size_t element_bytes(const TensorSource& source) {
    return static_cast<std::size_t>(find_element_type(source.stored_dtype())->bytes);
}

/// Copies the elements of one row of a stored tensor that is transposed, expanded or otherwise
/// strided: those at `at` and behind it along the dimensions from `dimension` on.
std::byte* gather(const StoredTensor& tensor, std::size_t dimension, std::int64_t at,
                  std::size_t element, std::byte* to) {
    if (dimension == tensor.shape.size()) {
        std::memcpy(to, tensor.bytes.data() + static_cast<std::size_t>(at) * element, element);
        return to + element;
    }
    for (std::int64_t i = 0; i < tensor.shape[dimension]; ++i)
        to = gather(tensor, dimension + 1, at + i * tensor.strides[dimension], element, to);
    return to;
}

/// A row of one part.
void copy_row(const StoredTensor& tensor, std::int64_t row, std::size_t row_bytes,
              std::size_t element, std::byte* to) {
    if (tensor.strides.empty()) {
        std::memcpy(to, tensor.bytes.data() + static_cast<std::size_t>(row) * row_bytes, row_bytes);
    } else {
        gather(tensor, std::min<std::size_t>(1, tensor.shape.size()),
               row * (tensor.strides.empty() ? 0 : tensor.strides.front()), element, to);
    }
}

void decode_rows(const TensorSource& source, std::int64_t first, std::int64_t count, float* to) {
    if (source.interleaved_heads == 0) return source.decoder->decode(first, count, to);
    const std::int64_t rows_per_head = row_count(source) / source.interleaved_heads;
    const std::int64_t columns = element_count(source.shape) / row_count(source);
    for (std::int64_t row = first; row < first + count; ++row, to += columns)
        source.decoder->decode(stored_row(row, rows_per_head), 1, to);
}

void release(const TensorSource& source) {
    for (const TensorPart& part : source.parts)
        part.file->file().release(part.tensor->bytes);
}

}  // namespace

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
        count *= extent;
    return count;
}

std::int64_t row_count(const TensorSource& source) {
    return source.shape.empty() ? 1 : source.shape.front();
}

/// Row by row: all parts of a row where parts stand side by side, otherwise the one part that has
/// it.
void copy_rows(const TensorSource& source, std::int64_t first, std::int64_t count, std::byte* to) {
    if (source.decoder) {
        return decode_rows(source, first, count, reinterpret_cast<float*>(to));
    }
    const std::vector<TensorPart>& parts = source.parts;
    const std::int64_t rows = row_count(source);
    const std::int64_t rows_per_part =
        source.join_dim == 0 ? rows / static_cast<std::int64_t>(parts.size()) : rows;
    const std::size_t element = element_bytes(source);
    const auto row_bytes =
        static_cast<std::size_t>(element_count(source.first().shape) / rows_per_part) * element;
    const auto copy = [&](const TensorPart& part, std::int64_t row) {
        copy_row(*part.tensor, row, row_bytes, element, to);
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
    return source.parts.size() == 1 && source.interleaved_heads == 0 && !source.decoder &&
           source.first().strides.empty();
}

std::size_t byte_size(const TensorSource& source) {
    return static_cast<std::size_t>(element_count(source.shape)) * element_bytes(source);
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
    const std::int64_t rows = row_count(source);
    const std::size_t row_bytes = size / static_cast<std::size_t>(rows);
    const auto rows_of_piece =
        static_cast<std::int64_t>(std::max<std::size_t>(1, kPieceBytes / row_bytes));
    std::vector<std::byte> buffer;
    for (std::int64_t first = 0; first < rows; first += rows_of_piece) {
        const std::int64_t count = std::min(rows_of_piece, rows - first);
        buffer.resize(static_cast<std::size_t>(count) * row_bytes);
        copy_rows(source, first, count, buffer.data());
        release(source);
        sink(buffer);
    }
}

OwnedBytes read_tensor_source(const TensorSource& source) {
    if (is_stored_as_it_is(source)) return {source.first().bytes, source.parts.front().file};
    const std::size_t size = byte_size(source);
    for (const TensorPart& part : source.parts)
        part.file->file().prefetch(part.tensor->bytes);
    const auto buffer = std::make_shared_for_overwrite<std::byte[]>(size);
    if (size > 0) copy_rows(source, 0, row_count(source), buffer.get());
    if (source.decoder) release(source);
    return {{buffer.get(), size}, buffer};
}

}  // namespace headscope
