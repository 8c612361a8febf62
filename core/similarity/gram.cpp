#include "core/similarity/gram.h"

#include <algorithm>
#include <cmath>
#include <new>
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

std::vector<double> decode_columns(const HeadVectors& vectors, int head, std::int64_t first,
                                   std::int64_t count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    decode_weights(vectors.tensor, head * vectors.length + first, values);
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

GramScratch::GramScratch(const GramKernel& kernel, int heads)
    : floats_(static_cast<float*>(::operator new (kernel.scratch_floats(heads) * sizeof(float),
                                                  std::align_val_t{kGramAlignment}))) {}

void GramScratch::Free::operator()(float* floats) const {
    ::operator delete (floats, std::align_val_t{kGramAlignment});
}

std::vector<double> gram_of_columns(const HeadVectors& vectors, std::int64_t first,
                                    std::int64_t count, const GramKernel& kernel,
                                    const GramScratch& scratch) {
    std::vector<double> gram(packed_size(vectors.heads));
    GramBlock block;
    block.weights = vectors.tensor.bytes.data() +
                    static_cast<std::size_t>(first) * size_of(vectors.tensor.dtype);
    block.head_stride = vectors.length;
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
