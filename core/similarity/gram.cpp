#include "core/similarity/gram.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/similarity/weights.h"

namespace headscope {

namespace {

/// Below this a sum of squares may have lost products that fell under the range of float32.
constexpr double kSmallestSafeSquares = 1e-20;

void run_kernel(const GramKernel& kernel, DType dtype, const GramBlock& block) {
    switch (dtype) {
        case DType::bf16:
            return kernel.bf16(block);
        case DType::f16:
            return kernel.f16(block);
        case DType::f32:
            return kernel.f32(block);
    }
}

/// Elements from `first` to the end of its run, `most` at most.
std::int64_t rest_of_run(const HeadVectors& vectors, std::int64_t first, std::int64_t most) {
    return std::min(vectors.run - first % vectors.run, most);
}

/// Copies the elements [first, first + count) of all heads, whatever their runs, so that those of a
/// head lie together.
void gather(const HeadVectors& vectors, std::int64_t first, std::int64_t count,
            std::vector<std::byte>& to) {
    const std::size_t element = size_of(vectors.tensor.dtype);
    to.resize(static_cast<std::size_t>(vectors.heads * count) * element);
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t run = rest_of_run(vectors, first + done, count - done);
        for (int head = 0; head < vectors.heads; ++head) {
            std::memcpy(
                to.data() + static_cast<std::size_t>(head * count + done) * element,
                vectors.tensor.bytes.data() +
                    static_cast<std::size_t>(vectors.place_of(head, first + done)) * element,
                static_cast<std::size_t>(run) * element);
        }
        done += run;
    }
}

std::vector<double> decode_columns(const HeadVectors& vectors, int head, std::int64_t first,
                                   std::int64_t count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t run = rest_of_run(vectors, first + done, count - done);
        decode_weights(vectors.tensor, vectors.place_of(head, first + done),
                       std::span(values).subspan(static_cast<std::size_t>(done),
                                                 static_cast<std::size_t>(run)));
        done += run;
    }
    return values;
}

/// Replaces all products of `head`, whose squares left the range of float32.
void multiply_in_float64(const HeadVectors& vectors, int head, std::int64_t first,
                         std::int64_t count, std::span<double> gram) {
    const std::vector<double> values = decode_columns(vectors, head, first, count);
    if (std::all_of(values.begin(), values.end(), [](double value) { return value == 0.0; })) {
        return;  // the kernel's products are zeros, which is right
    }
    if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
        require_finite(vectors.tensor);
    }
    for (int other = 0; other < vectors.heads; ++other) {
        const std::vector<double> others = decode_columns(vectors, other, first, count);
        gram[packed_index(vectors.heads, std::min(head, other), std::max(head, other))] =
            std::inner_product(values.begin(), values.end(), others.begin(), 0.0);
    }
}

}  // namespace

GramScratch::GramScratch(const GramKernel& kernel, int heads, int kv_heads)
    : floats_(std::max(kernel.scratch_floats(heads), kernel.scratch_floats(kv_heads))) {}

std::vector<double> gram_of_columns(const HeadVectors& vectors, std::int64_t first,
                                    std::int64_t count, const GramKernel& kernel,
                                    GramScratch& scratch) {
    std::vector<double> gram(packed_size(vectors.heads));
    GramBlock block;
    if (vectors.run == vectors.length) {
        block.weights = vectors.tensor.bytes.data() +
                        static_cast<std::size_t>(first) * size_of(vectors.tensor.dtype);
        block.head_stride = vectors.length;
    } else {
        gather(vectors, first, count, scratch.gathered());
        block.weights = scratch.gathered().data();
        block.head_stride = count;
    }
    block.columns = count;
    block.heads = vectors.heads;
    block.scratch = scratch.data();
    block.gram = gram.data();
    run_kernel(kernel, vectors.tensor.dtype, block);

    // A NaN, an infinity and a sum that overflows all show on the diagonal, so that nothing needs
    // to look at every weight.
    std::vector<int> unsafe;
    for (int head = 0; head < vectors.heads; ++head) {
        const double squares = gram[packed_index(vectors.heads, head, head)];
        if (!std::isfinite(squares) || squares < kSmallestSafeSquares) unsafe.push_back(head);
    }
    for (const int head : unsafe)
        multiply_in_float64(vectors, head, first, count, gram);
    return gram;
}

void make_equal_heads_equal(std::span<const int> first_equal, std::span<double> gram) {
    const auto heads = static_cast<int>(first_equal.size());
    for (int i = 0; i < heads; ++i) {
        for (int j = i; j < heads; ++j) {
            const auto [low, high] = std::minmax(first_equal[static_cast<std::size_t>(i)],
                                                 first_equal[static_cast<std::size_t>(j)]);
            gram[packed_index(heads, i, j)] = gram[packed_index(heads, low, high)];
        }
    }
}

std::vector<double> cosines(std::span<const double> gram, int heads) {
    const auto count = static_cast<std::size_t>(heads);
    std::vector<double> values(count * count);
    for (int i = 0; i < heads; ++i) {
        for (int j = i; j < heads; ++j) {
            const double product = gram[packed_index(heads, i, j)];
            const double squares =
                gram[packed_index(heads, i, i)] * gram[packed_index(heads, j, j)];
            // One root of the product, not two roots: of equal vectors this gives exactly 1.
            double cosine = squares > 0.0 ? product / std::sqrt(squares) : 0.0;
            cosine = i == j ? 1.0 : std::clamp(cosine, -1.0, 1.0);
            const auto row = static_cast<std::size_t>(i);
            const auto column = static_cast<std::size_t>(j);
            values[row * count + column] = values[column * count + row] = cosine;
        }
    }
    return values;
}

}  // namespace headscope
