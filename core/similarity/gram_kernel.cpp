// Compiled once for each instruction set: see core/base/simd.h.
#include "core/similarity/gram_kernel.h"

#include "core/base/simd.h"
#include "core/similarity/elements.h"

namespace headscope::HEADSCOPE_ISA {
namespace {

/// A register tile has kTileRows * kTileColumns sums, which fit the registers beside their
/// operands; so many in flight hide the latency of a multiplication.
constexpr int kTileRows = 4;
constexpr int kTileColumns = kLanes == 16 ? 4 : 3;

/// Columns that are summed in registers. Short sums keep float32 exact; 32 heads of so many floats
/// fit a first-level cache.
constexpr int kSpan = 16 * kLanes;
/// Converted floats kept at once: half of a usual second-level cache.
constexpr int kPanelFloats = 64 * 1024;

/// Heads with the empty ones that make the last tile whole.
constexpr int padded(int heads) {
    return (heads + kTileRows - 1) / kTileRows * kTileRows;
}

/// Spans that are converted before they are multiplied. One span of very many heads is more than a
/// cache holds; nothing breaks then.
constexpr int spans_of_panel(int heads) {
    const int spans = kPanelFloats / (padded(heads) * kSpan);
    const int most = static_cast<int>(kGramMaxColumns) / kSpan;
    return spans < 1 ? 1 : spans > most ? most : spans;
}

/// Vector sums of all tiles: row panel r has the columns 4 r, 4 r + 1, ..., each with kTileRows
/// sums.
constexpr std::size_t sum_vectors(int heads) {
    const auto panels = static_cast<std::size_t>(padded(heads) / kTileRows);
    return panels * (panels + 1) / 2 * kTileRows * kTileRows;
}

/// Adds the products of kTileRows vectors with `Columns` vectors over one span to `sums`. The sum
/// of a span starts at zero, so that rounding errors grow with the length of a span, not of the
/// block.
template <int Columns>
void multiply_tile(const float* rows, const float* columns, int steps, Vec* sums) {
    Vec tile[Columns][kTileRows] = {};
    for (int step = 0; step < steps; ++step, rows += kLanes, columns += kLanes) {
        // Unrolled by request: otherwise GCC keeps the tile in memory, at a third of the speed.
#pragma GCC unroll 8
        for (int c = 0; c < Columns; ++c) {
            const Vec column = load(columns + c * kSpan);
#pragma GCC unroll 8
            for (int r = 0; r < kTileRows; ++r)
                tile[c][r] += load(rows + r * kSpan) * column;
        }
    }
    for (int c = 0; c < Columns; ++c) {
        for (int r = 0; r < kTileRows; ++r)
            sums[c * kTileRows + r] += tile[c][r];
    }
}

/// Multiplies one converted span [heads, kSpan], of which `steps` vectors are in use.
void multiply_span(const float* span, int heads, int steps, Vec* sums) {
    for (int row = 0; row < heads; row += kTileRows) {
        const float* rows = span + row * kSpan;
        int column = row;
        for (; column + kTileColumns <= heads; column += kTileColumns) {
            multiply_tile<kTileColumns>(rows, span + column * kSpan, steps, sums);
            sums += kTileColumns * kTileRows;
        }
        for (; column < heads; ++column, sums += kTileRows) {
            multiply_tile<1>(rows, span + column * kSpan, steps, sums);
        }
    }
}

/// Adds up the lanes in float64 and writes the packed upper triangle.
void fold(const Vec* sums, int heads, double* gram) {
    for (int row = 0; row < padded(heads); row += kTileRows) {
        for (int column = row; column < padded(heads); ++column, sums += kTileRows) {
            for (int r = 0; r < kTileRows; ++r) {
                const int i = row + r;
                if (i > column || column >= heads) continue;
                double sum = 0.0;
                for (int lane = 0; lane < kLanes; ++lane)
                    sum += static_cast<double>(sums[r][lane]);
                const std::int64_t row_start =
                    std::int64_t{i} * heads - std::int64_t{i} * (i - 1) / 2;
                gram[row_start + column - i] = sum;
            }
        }
    }
}

std::size_t scratch_floats(int heads) {
    const auto span_floats = static_cast<std::size_t>(padded(heads)) * kSpan;
    return static_cast<std::size_t>(spans_of_panel(heads)) * span_floats +
           sum_vectors(heads) * static_cast<std::size_t>(kLanes);
}

/// Asks for the cache lines of bytes that come next. A head's columns begin on a page of their own,
/// where the processor's prefetcher has to start anew each time.
void prefetch(const char* source, int bytes) {
    for (int line = 0; line < bytes; line += 64)
        __builtin_prefetch(source + line);
}

/// Converts columns [first, first + columns) of all heads to [spans, heads, kSpan].
template <typename Element>
void convert_panel(const GramBlock& block, std::int64_t first, int columns, float* panel) {
    const std::int64_t span_floats = std::int64_t{padded(block.heads)} * kSpan;
    const std::int64_t head_bytes = block.head_stride * Element::kBytes;
    const char* source = static_cast<const char*>(block.weights) + first * Element::kBytes;
    for (int head = 0; head < block.heads; ++head, source += head_bytes, panel += kSpan) {
        const bool last = head + 1 == block.heads;
        for (int c = 0; c < columns; c += kSpan) {
            const int width = columns - c < kSpan ? columns - c : kSpan;
            const char* span = source + c * Element::kBytes;
            if (!last) prefetch(span + head_bytes, width * Element::kBytes);
            convert<Element>(span, width, panel + c / kSpan * span_floats);
        }
    }
}

void clear_padding(float* panel, int spans, int heads) {
    const auto bytes = static_cast<std::size_t>(padded(heads) - heads) * kSpan * sizeof(float);
    for (int span = 0; span < spans; ++span) {
        __builtin_memset(panel + (span * padded(heads) + heads) * kSpan, 0, bytes);
    }
}

template <typename Element>
void gram(const GramBlock& block) {
    const int heads = padded(block.heads);
    const int panel_spans = spans_of_panel(block.heads);
    const std::int64_t span_floats = std::int64_t{heads} * kSpan;
    float* panel = block.scratch;
    auto* sums = reinterpret_cast<Vec*>(panel + panel_spans * span_floats);
    __builtin_memset(sums, 0, sum_vectors(block.heads) * sizeof(Vec));
    clear_padding(panel, panel_spans, block.heads);

    const std::int64_t panel_columns = std::int64_t{panel_spans} * kSpan;
    for (std::int64_t first = 0; first < block.columns; first += panel_columns) {
        const std::int64_t rest = block.columns - first;
        const int columns = static_cast<int>(rest < panel_columns ? rest : panel_columns);
        convert_panel<Element>(block, first, columns, panel);
        for (int c = 0; c < columns; c += kSpan) {
            const int width = columns - c < kSpan ? columns - c : kSpan;
            const float* span = panel + c / kSpan * span_floats;
            multiply_span(span, heads, (width + kLanes - 1) / kLanes, sums);
        }
    }
    fold(sums, block.heads, block.gram);
}

}  // namespace

extern const GramKernel gram_kernel;
const GramKernel gram_kernel = {
#define HEADSCOPE_STRING(text) #text
#define HEADSCOPE_STRING_OF(macro) HEADSCOPE_STRING(macro)
    HEADSCOPE_STRING_OF(HEADSCOPE_ISA), scratch_floats, gram<Bf16>, gram<F16>, gram<F32>};

}  // namespace headscope::HEADSCOPE_ISA
