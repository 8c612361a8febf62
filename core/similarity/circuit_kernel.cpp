// Compiled once for each instruction set: see core/base/simd.h.
#include "core/similarity/circuit_kernel.h"

#include "core/base/simd.h"
#include "core/similarity/elements.h"

namespace headscope::HEADSCOPE_ISA {
namespace {

/// A register tile has kRows * kVectors sums, which fit the registers beside their operands; so
/// many in flight hide the latency of a multiplication.
constexpr int kRows = kLanes == 16 ? 8 : 4;
constexpr int kVectors = 3;
constexpr int kColumns = kVectors * kLanes;

/// Products that are summed in registers before they are added to the Gram matrix: two panels of
/// that depth fit a first-level cache, and short sums keep float32 exact.
constexpr std::int64_t kDepth = 128;

using Tile = Vec[kRows][kVectors];

/// tile = a b. a: [kRows, steps], element (r, k) at a[r * a_row + k * a_step]; b: [steps,
/// kColumns].
[[gnu::always_inline]] inline void multiply(const float* a, std::int64_t a_row, std::int64_t a_step,
                                            const float* b, std::int64_t steps, Tile& tile) {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v)
            tile[r][v] = Vec{};
    }
    // Unrolled, since a processor that runs two threads at a time issues half as many instructions
    // of each: little more than the products themselves.
#pragma GCC unroll 8
    for (std::int64_t k = 0; k < steps; ++k, a += a_step, b += kColumns) {
        Vec row[kVectors];
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v)
            row[v] = load(b + v * kLanes);
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
            const Vec factor = splat(a[r * a_row]);
#pragma GCC unroll 8
            for (int v = 0; v < kVectors; ++v)
                tile[r][v] += factor * row[v];
        }
    }
}

/// One panel of rows with one of columns, over a part of the depth.
void multiply_panel(const float* rows, const float* columns, std::int64_t depth, bool first,
                    float* gram, std::int64_t stride) {
    for (int r0 = 0; r0 < kColumns; r0 += kRows) {
        Tile tile;
        multiply(rows + r0, 1, kColumns, columns, depth, tile);
        for (int r = 0; r < kRows; ++r) {
            float* to = gram + (r0 + r) * stride;
            for (int v = 0; v < kVectors; ++v, to += kLanes)
                store(to, first ? tile[r][v] : load(to) + tile[r][v]);
        }
    }
}

void multiply_panels(const PanelProduct& product) {
    const std::int64_t panel_floats = product.depth * kColumns;
    for (std::int64_t k = 0; k < product.depth; k += kDepth) {
        const std::int64_t depth = product.depth - k < kDepth ? product.depth - k : kDepth;
        const float* packed = product.packed + k * kColumns;
        for (int c = product.first_column_panel; c < product.last_column_panel; ++c) {
            for (int r = product.first_row_panel; r < product.last_row_panel && r <= c; ++r) {
                multiply_panel(packed + r * panel_floats, packed + c * panel_floats, depth, k == 0,
                               product.gram + r * kColumns * product.gram_stride + c * kColumns,
                               product.gram_stride);
            }
        }
    }
}

/// The sum of a tile's products with the same places of a head on the left.
[[gnu::always_inline]] inline Vec dot(const Tile& tile, const float* left) {
    Vec sums[kVectors] = {};
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v)
            sums[v] += tile[r][v] * load(left + r * kColumns + v * kLanes);
    }
    return sums[0] + sums[1] + sums[2];
}

void add_traces(const TraceBlock& block) {
    __builtin_memset(block.scratch, 0,
                     static_cast<std::size_t>(block.left_heads) * kLanes * sizeof(float));
    const std::int64_t head_floats = std::int64_t{block.rows} * kColumns;
    for (int s = 0; s < block.rows; s += kRows) {
        const int first = block.upper ? s : 0;
        Tile tile;
        multiply(block.gram + s * block.gram_stride + first, block.gram_stride, 1,
                 block.right + first * kColumns, block.rows - first, tile);
        const float* left = block.left + s * kColumns;
        float* sums = block.scratch;
        for (int i = 0; i < block.left_heads; ++i, left += head_floats, sums += kLanes)
            store(sums, load(sums) + dot(tile, left));
    }
    for (int i = 0; i < block.left_heads; ++i) {
        double sum = 0.0;
        for (int lane = 0; lane < kLanes; ++lane)
            sum += static_cast<double>(block.scratch[i * kLanes + lane]);
        block.traces[i] += sum;
    }
}

template <typename Element>
void convert_scaled(const void* source, std::int64_t count, float scale, float* target,
                    std::int64_t stride) {
    const char* from = static_cast<const char*>(source);
    for (; count >= kColumns; count -= kColumns, from += kColumns * Element::kBytes) {
        for (int c = 0; c < kColumns; c += kLanes)
            store(target + c, Element::load(from + c * Element::kBytes) * scale);
        target += stride;
    }
    if (count == 0) return;
    alignas(64) float rest[kColumns] = {};
    convert<Element>(from, static_cast<int>(count), rest);
    for (int c = 0; c < kColumns; c += kLanes)
        store(target + c, load(rest + c) * scale);
}

/// The bits of a magnitude order as the magnitudes do, with infinity above all numbers and NaN
/// above that.
template <typename Element>
float largest(const void* source, std::int64_t count) {
    const char* from = static_cast<const char*>(source);
    const auto magnitude = [](Vec values) {
        return __builtin_bit_cast(BitsVec, values) & 0x7fffffffU;
    };
    BitsVec most = {};
    const auto take = [&](BitsVec bits) { most = bits > most ? bits : most; };
    std::int64_t c = 0;
    for (; c + kLanes <= count; c += kLanes)
        take(magnitude(Element::load(from + c * Element::kBytes)));
    if (c < count) {
        alignas(64) float rest[kLanes];
        convert<Element>(from + c * Element::kBytes, static_cast<int>(count - c), rest);
        take(magnitude(load(rest)));
    }
    std::uint32_t bits = 0;
    for (int lane = 0; lane < kLanes; ++lane)
        bits = most[lane] > bits ? most[lane] : bits;
    return __builtin_bit_cast(float, bits);
}

}  // namespace

extern const CircuitKernel circuit_kernel;
const CircuitKernel circuit_kernel = {
#define HEADSCOPE_STRING(text) #text
#define HEADSCOPE_STRING_OF(macro) HEADSCOPE_STRING(macro)
    HEADSCOPE_STRING_OF(HEADSCOPE_ISA),
    kRows,
    kColumns,
    convert_scaled<Bf16>,
    convert_scaled<F16>,
    convert_scaled<F32>,
    largest<Bf16>,
    largest<F16>,
    largest<F32>,
    multiply_panels,
    add_traces};

}  // namespace headscope::HEADSCOPE_ISA
