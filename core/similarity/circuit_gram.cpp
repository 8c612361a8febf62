#include "core/similarity/circuit_gram.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/similarity/gram.h"

namespace headscope {
namespace {

/// Panels of rows and of columns that a worker multiplies at a time: the former stay in a
/// second-level cache over a part of the depth, and a stop is noticed soon.
constexpr int kRowPanels = 4;
constexpr int kColumnPanels = 32;

/// Strips that a worker takes at a time: enough that a row is read in whole cache lines, and few
/// enough that one layer occupies many cores. The result does not depend on the number of workers,
/// since this does not.
constexpr int kStripPanels = 4;

constexpr int divide_up(std::int64_t value, std::int64_t by) {
    return static_cast<int>((value + by - 1) / by);
}

}  // namespace

CircuitGram::CircuitGram(const CircuitKernel& kernel, int heads, int kv_heads,
                         std::int64_t head_dim, std::int64_t hidden, int workers)
    : kernel_(kernel),
      heads_(heads),
      kv_heads_(kv_heads),
      head_dim_(head_dim),
      hidden_(hidden),
      workers_(workers),
      rows_(divide_up(head_dim, kernel.rows) * kernel.rows),
      panels_(divide_up(std::int64_t{kv_heads} * rows_, kernel.columns)),
      // Rows a power of two apart would compete for the same lines of a cache.
      gram_stride_(std::int64_t{panels_} * kernel.columns + 16),
      packed_(static_cast<std::size_t>(panels_ * hidden * kernel.columns)),
      gram_(static_cast<std::size_t>(panels_ * kernel.columns * gram_stride_)) {
    // Rows beyond head_dim and beyond the last head are never written to.
    std::fill_n(packed_.data(), panels_ * hidden * kernel.columns, 0.0F);
}

std::vector<double> CircuitGram::of_layer(const HeadVectors& left_vectors,
                                          const HeadVectors& right_vectors,
                                          const std::stop_token& stop) {
    const CircuitBlocks right(right_vectors, head_dim_, kernel_, workers_, stop);
    multiply_right(right, stop);
    halve_diagonal();
    const CircuitBlocks left(left_vectors, head_dim_, kernel_, workers_, stop);
    const auto strips =
        static_cast<std::size_t>(divide_up(hidden_, kStripPanels * kernel_.columns));
    std::vector<std::vector<double>> parts(strips);
    std::vector<std::unique_ptr<Scratch>> scratch(static_cast<std::size_t>(workers_));
    parallel_for(strips, workers_, stop, [&](std::size_t index, int worker) {
        auto& own = scratch[static_cast<std::size_t>(worker)];
        if (!own) own = std::make_unique<Scratch>(make_scratch(left));
        parts[index] = trace_strips(left, index, *own, stop);
    });

    std::vector<double> traces(static_cast<std::size_t>(heads_ * heads_));
    for (const std::vector<double>& part : parts)
        std::transform(traces.begin(), traces.end(), part.begin(), traces.begin(), std::plus<>());
    const auto trace = [&](int i, int j) {
        return traces[static_cast<std::size_t>(j * heads_ + i)];
    };
    const int served = heads_ / kv_heads_;
    std::vector<double> gram(packed_size(heads_));
    for (int i = 0; i < heads_; ++i) {
        for (int j = i; j < heads_; ++j) {
            const bool halves = i / served == j / served;  // both were made with half of G
            gram[packed_index(heads_, i, j)] = trace(i, j) + (halves ? trace(j, i) : 0.0);
        }
    }
    return gram;
}

void CircuitGram::multiply_right(const CircuitBlocks& right, const std::stop_token& stop) {
    const std::int64_t pieces = divide_up(hidden_, CircuitBlocks::kPackColumns);
    parallel_for(static_cast<std::size_t>(kv_heads_ * pieces), workers_, stop,
                 [&](std::size_t index, int) {
                     std::vector<float> scratch(right.scratch_floats());
                     const auto at = static_cast<std::int64_t>(index);
                     const std::int64_t first = at % pieces * CircuitBlocks::kPackColumns;
                     right.pack(static_cast<int>(at / pieces), first,
                                std::min(CircuitBlocks::kPackColumns, hidden_ - first), rows_,
                                hidden_, scratch, packed_.data());
                 });
    std::vector<PanelProduct> products;
    for (int row = 0; row < panels_; row += kRowPanels) {
        for (int column = row; column < panels_; column += kColumnPanels) {
            products.push_back({packed_.data(), hidden_, row, std::min(row + kRowPanels, panels_),
                                column, std::min(column + kColumnPanels, panels_), gram_.data(),
                                gram_stride_});
        }
    }
    parallel_for(products.size(), workers_, stop,
                 [&](std::size_t index, int) { kernel_.multiply_panels(products[index]); });
}

/// Leaves of each symmetric block G_aa on the diagonal an upper triangular T with T + T^T = G_aa.
void CircuitGram::halve_diagonal() {
    for (int row = 0; row < kv_heads_ * rows_; ++row) {
        float* const line = gram_.data() + row * gram_stride_;
        std::fill(line + row / rows_ * rows_, line + row, 0.0F);
        line[row] *= 0.5F;
    }
}

CircuitGram::Scratch CircuitGram::make_scratch(const CircuitBlocks& left) const {
    const auto floats = static_cast<std::size_t>(kStripPanels * heads_ * rows_ * kernel_.columns);
    Scratch scratch{AlignedFloats(floats),
                    AlignedFloats(static_cast<std::size_t>(heads_ * kernel_.columns)),
                    std::vector<float>(left.scratch_floats())};
    std::fill_n(scratch.strips.data(), floats, 0.0F);
    return scratch;
}

std::vector<double> CircuitGram::trace_strips(const CircuitBlocks& left, std::size_t index,
                                              Scratch& scratch, const std::stop_token& stop) const {
    const std::int64_t columns = kernel_.columns;
    const std::int64_t first = static_cast<std::int64_t>(index) * kStripPanels * columns;
    const int panels = std::min(kStripPanels, divide_up(hidden_ - first, columns));
    left.take_strips(first, panels, rows_, scratch.row, scratch.strips.data());
    std::vector<double> traces(static_cast<std::size_t>(heads_ * heads_));
    for (int panel = 0; panel < panels; ++panel) {
        throw_if_stopped(stop);
        trace_panel(scratch.strips.data() + panel * heads_ * rows_ * columns, traces, scratch);
    }
    return traces;
}

/// Adds to traces [right head, left head]; left heads behind later KV heads than the right one's
/// are left out.
void CircuitGram::trace_panel(const float* strip, std::vector<double>& traces,
                              Scratch& scratch) const {
    const int served = heads_ / kv_heads_;
    const std::int64_t head_floats = std::int64_t{rows_} * kernel_.columns;
    TraceBlock block;
    block.gram_stride = gram_stride_;
    block.rows = rows_;
    block.left_heads = served;
    block.scratch = scratch.sums.data();
    for (int b = 0; b < kv_heads_; ++b) {
        for (int a = 0; a <= b; ++a) {
            block.upper = a == b;
            block.gram = gram_.data() + a * rows_ * gram_stride_ + b * rows_;
            block.left = strip + a * served * head_floats;
            for (int j = b * served; j < (b + 1) * served; ++j) {
                block.right = strip + j * head_floats;
                block.traces = traces.data() + j * heads_ + a * served;
                kernel_.add_traces(block);
            }
        }
    }
}

}  // namespace headscope
