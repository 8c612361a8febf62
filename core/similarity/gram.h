#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/similarity/gram_kernel.h"

namespace headscope {

/// One vector for each head of a layer, as they lie in a tensor: head h has the elements
/// [h * length, (h + 1) * length) in row-major order.
struct HeadVectors {
    TensorView tensor;
    int heads = 0;
    std::int64_t length = 0;
};

/// Number of pairs i <= j of heads: the size of a packed upper triangle.
constexpr std::size_t packed_size(int heads) {
    const auto n = static_cast<std::size_t>(heads);
    return n * (n + 1) / 2;
}

/// Where the pair i <= j lies in a packed upper triangle.
constexpr std::size_t packed_index(int heads, int i, int j) {
    const auto row = static_cast<std::size_t>(i);
    return row * static_cast<std::size_t>(heads) - row * (row + 1) / 2 +
           static_cast<std::size_t>(j);
}

/// The memory that one thread needs for gram_of_columns; made for a kernel and a number of heads.
class GramScratch {
  public:
    GramScratch(const GramKernel& kernel, int heads);

    [[nodiscard]] float* data() const { return floats_.get(); }

  private:
    struct Free {
        void operator()(float* floats) const;
    };

    std::unique_ptr<float[], Free> floats_;
};

/// Dot products of all pairs of heads over the columns [first, first + count) of their vectors;
/// count is at most kGramMaxColumns. Returns the packed upper triangle.
///
/// Relative to the vectors' norms the error is below 3e-7, and near 1e-8 once the blocks of a whole
/// vector are added up, unless its weights repeat so regularly that the roundings do not cancel.
/// That holds for weights of any size: columns whose squares leave the range of float32 are
/// multiplied again in float64.
///
/// Throws Error(bad_input) for a weight that is NaN or infinite.
std::vector<double> gram_of_columns(const HeadVectors& vectors, std::int64_t first,
                                    std::int64_t count, const GramKernel& kernel,
                                    const GramScratch& scratch);

/// The cosine of each pair of heads, [heads, heads] row-major, from dot products over whole
/// vectors. A vector of zeros has 0 with every other and 1 with itself.
std::vector<double> cosines(std::span<const double> gram, int heads);

}  // namespace headscope
