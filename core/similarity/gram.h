#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/similarity/aligned_floats.h"
#include "core/similarity/gram_kernel.h"
#include "core/similarity/head_vectors.h"

namespace headscope {

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

/// The memory that one thread needs for gram_of_columns; made for a kernel and numbers of heads.
class GramScratch {
  public:
    GramScratch(const GramKernel& kernel, int heads, int kv_heads = 1);

    [[nodiscard]] float* data() const { return floats_.data(); }

    /// Where elements of vectors that consist of many runs are brought together.
    [[nodiscard]] std::vector<std::byte>& gathered() { return gathered_; }

  private:
    AlignedFloats floats_;
    std::vector<std::byte> gathered_;
};

/// Dot products of all pairs of heads over the elements [first, first + count) of their vectors;
/// count is at most kGramMaxColumns. Returns the packed upper triangle.
///
/// TinyModel to the vectors' norms the error is below 3e-7, and near 1e-8 once the blocks of a
/// whole vector are added up, unless its weights repeat so regularly that the roundings do not
/// cancel. That holds for weights of any size: columns whose squares leave the range of float32 are
/// multiplied again in float64.
///
/// Throws Error(bad_input) for a weight that is NaN or infinite.
std::vector<double> gram_of_columns(const HeadVectors& vectors, std::int64_t first,
                                    std::int64_t count, const GramKernel& kernel,
                                    GramScratch& scratch);

/// Gives the dot products of heads that are equal to an earlier one, as first_equal_heads() says,
/// the values of that head, so that the similarity of the two is exactly 1.
void make_equal_heads_equal(std::span<const int> first_equal, std::span<double> gram);

/// The cosine of each pair of heads, [heads, heads] row-major, from dot products over whole
/// vectors. A vector of zeros has 0 with every other and 1 with itself.
std::vector<double> cosines(std::span<const double> gram, int heads);

}  // namespace headscope
