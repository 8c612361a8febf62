#include "core/similarity/circuit_blocks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/similarity/read_ahead.h"
#include "core/similarity/weights.h"

namespace headscope {
namespace {

constexpr std::int64_t kRowsAhead = 8;

/// Brings the largest weight into [1, 2), as far as a float32 can. A power of two rounds nothing.
float scale_for(float largest) {
    constexpr int kMost = 126;
    return largest == 0.0F ? 1.0F
                           : std::ldexp(1.0F, std::clamp(-std::ilogb(largest), -kMost, kMost));
}

CircuitKernel::Convert converter(const CircuitKernel& kernel, DType dtype) {
    return dtype == DType::bf16  ? kernel.convert_bf16
           : dtype == DType::f16 ? kernel.convert_f16
                                 : kernel.convert_f32;
}

std::span<const std::byte> bytes_of(const HeadVectors& vectors, int head, std::int64_t element,
                                    std::int64_t count) {
    const std::size_t size = size_of(vectors.tensor.dtype);
    return vectors.tensor.bytes.subspan(
        static_cast<std::size_t>(vectors.place_of(head, element)) * size,
        static_cast<std::size_t>(count) * size);
}

}  // namespace

CircuitBlocks::CircuitBlocks(const HeadVectors& vectors, std::int64_t head_dim,
                             const CircuitKernel& kernel, int workers, const std::stop_token& stop)
    : vectors_(vectors),
      head_dim_(head_dim),
      hidden_(vectors.length / head_dim),
      kernel_(kernel),
      scales_(static_cast<std::size_t>(vectors.heads)) {
    // About 64 K elements of each head at a time, in whole runs where there are many.
    const std::int64_t piece = std::max<std::int64_t>(1, 65536 / head_dim) * head_dim;
    const std::int64_t pieces = (vectors.length + piece - 1) / piece;
    std::mutex mutex;
    std::vector<float> most(scales_.size());
    parallel_for(static_cast<std::size_t>(pieces), workers, stop, [&](std::size_t index, int) {
        const std::int64_t first = static_cast<std::int64_t>(index) * piece;
        const std::int64_t count = std::min(piece, vectors.length - first);
        const bool together = vectors.run == vectors.length;  // else the piece of all heads is
        if (!together) read_ahead(bytes_of(vectors, 0, first, count * vectors.heads), stop);
        for (int head = 0; head < vectors.heads; ++head) {
            throw_if_stopped(stop);
            if (together) read_ahead(bytes_of(vectors, head, first, count), stop);
            const float found = largest(head, first, count);
            if (!std::isfinite(found)) require_finite(vectors.tensor);
            const std::scoped_lock lock(mutex);
            float& so_far = most[static_cast<std::size_t>(head)];
            so_far = std::max(so_far, found);
        }
    });
    std::transform(most.begin(), most.end(), scales_.begin(), scale_for);
}

float CircuitBlocks::largest(int head, std::int64_t first, std::int64_t count) const {
    const auto find = vectors_.tensor.dtype == DType::bf16  ? kernel_.largest_bf16
                      : vectors_.tensor.dtype == DType::f16 ? kernel_.largest_f16
                                                            : kernel_.largest_f32;
    float most = 0.0F;
    for (const std::int64_t end = first + count; first < end;) {
        const std::int64_t run = std::min(vectors_.run - first % vectors_.run, end - first);
        const float found = find(bytes_of(vectors_, head, first, run).data(), run);
        if (!std::isfinite(found)) return found;
        most = std::max(most, found);
        first += run;
    }
    return most;
}

void CircuitBlocks::convert(int head, std::int64_t element, std::int64_t count, float* to) const {
    converter(kernel_, vectors_.tensor.dtype)(bytes_of(vectors_, head, element, count).data(),
                                              count, scales_[static_cast<std::size_t>(head)], to,
                                              kernel_.columns);
}

std::size_t CircuitBlocks::scratch_floats() const {
    const std::int64_t most = std::max(head_dim_, kPackColumns);
    return static_cast<std::size_t>((most + kernel_.columns - 1) / kernel_.columns *
                                    kernel_.columns);
}

void CircuitBlocks::take_strips(std::int64_t first, int panels, int rows, std::span<float> scratch,
                                float* to) const {
    const std::int64_t head_floats = std::int64_t{rows} * kernel_.columns;
    const std::int64_t panel_floats = vectors_.heads * head_floats;
    const std::int64_t count = std::min(std::int64_t{panels} * kernel_.columns, hidden_ - first);
    for (int head = 0; head < vectors_.heads; ++head, to += head_floats) {
        if (vectors_.run == vectors_.length) {
            take_rows(head, first, count, panel_floats, to);
        } else {
            for (int panel = 0; panel < panels; ++panel) {
                const std::int64_t from = std::int64_t{panel} * kernel_.columns;
                take_transposed(head, first + from,
                                std::min<std::int64_t>(count - from, kernel_.columns), scratch,
                                to + panel * panel_floats);
            }
        }
    }
}

/// Of each row of a head's block that lies as it is `count` elements, for panels that lie
/// panel_floats apart.
void CircuitBlocks::take_rows(int head, std::int64_t first, std::int64_t count,
                              std::int64_t panel_floats, float* to) const {
    constexpr std::size_t kLine = 64;
    const std::span<const std::byte> block = bytes_of(vectors_, head, 0, vectors_.length);
    const std::size_t element = size_of(vectors_.tensor.dtype);
    const std::size_t stride = static_cast<std::size_t>(hidden_) * element;
    const std::size_t bytes = static_cast<std::size_t>(count) * element;
    const CircuitKernel::Convert take = converter(kernel_, vectors_.tensor.dtype);
    const float scale = scales_[static_cast<std::size_t>(head)];
    const std::byte* row = block.data() + static_cast<std::size_t>(first) * element;
    for (std::int64_t r = 0; r < head_dim_; ++r, row += stride, to += kernel_.columns) {
        // Rows lie pages apart, where the processor's prefetcher has to start anew each time.
        if (r + kRowsAhead < head_dim_) {
            for (std::size_t byte = 0; byte < bytes; byte += kLine)
                __builtin_prefetch(row + static_cast<std::size_t>(kRowsAhead) * stride + byte);
        }
        take(row, count, scale, to, panel_floats);
    }
}

/// One panel of a head's block that lies transposed.
void CircuitBlocks::take_transposed(int head, std::int64_t first, std::int64_t count,
                                    std::span<float> scratch, float* to) const {
    const std::int64_t columns = kernel_.columns;
    for (std::int64_t c = 0; c < columns; ++c) {
        if (c < count) {
            convert(head, (first + c) * head_dim_, head_dim_, scratch.data());
        } else {
            std::fill_n(scratch.begin(), head_dim_, 0.0F);
        }
        for (std::int64_t row = 0; row < head_dim_; ++row)
            to[row * columns + c] = scratch[static_cast<std::size_t>(row)];
    }
}

void CircuitBlocks::pack(int head, std::int64_t first, std::int64_t count, int rows,
                         std::int64_t depth, std::span<float> scratch, float* packed) const {
    const std::int64_t columns = kernel_.columns;
    for (std::int64_t row = 0; row < head_dim_; ++row) {
        convert(head, row * hidden_ + first, count, scratch.data());
        const std::int64_t place = head * rows + row;
        float* target = packed + (place / columns * depth + first) * columns + place % columns;
        for (std::int64_t c = 0; c < count; ++c, target += columns)
            *target = scratch[static_cast<std::size_t>(c)];
    }
}

}  // namespace headscope
