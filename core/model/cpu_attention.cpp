// Causal attention on one core, blocked so that scores never leave the cache and masked keys cost
// nothing: a block of queries meets only the keys up to its last query, and, where the attention
// slides, from the first that its first query sees. Keys are packed once, transposed, and values
// once, so that both products stream vectors; a block's scores are exact softmax rows (no running
// rescale), since a row of a window fits the cache.

#include "core/model/cpu_attention.h"

namespace headscope::HEADSCOPE_ISA {
namespace {

constexpr int kTileRows = 6;     ///< queries of one register tile
constexpr int kTileVectors = 2;  ///< vectors of one register tile: 12 accumulators in all
constexpr int kTileWidth = kTileVectors * kLanes;
constexpr int kQueryBlock = 4 * kTileRows;
constexpr float kMasked = -1e30F;

std::int64_t padded(std::int64_t n) {
    return (n + kTileWidth - 1) / kTileWidth * kTileWidth;
}

/// c[row][col..] = sum over `depth` of a[row][k] * b[k][col..] for one register tile.
inline void multiply_tile(const float* a, std::int64_t a_stride, const float* b,
                          std::int64_t b_stride, std::int64_t depth, float* c,
                          std::int64_t c_stride) {
    Vec sum[kTileRows][kTileVectors] = {};
    for (std::int64_t k = 0; k < depth; ++k) {
        const Vec b0 = load(b + k * b_stride);
        const Vec b1 = load(b + k * b_stride + kLanes);
        for (int row = 0; row < kTileRows; ++row) {
            const float scalar = a[row * a_stride + k];
            sum[row][0] += scalar * b0;
            sum[row][1] += scalar * b1;
        }
    }
    for (int row = 0; row < kTileRows; ++row) {
        store(c + row * c_stride, sum[row][0]);
        store(c + row * c_stride + kLanes, sum[row][1]);
    }
}

/// c[kQueryBlock, width] = a[kQueryBlock, depth] b[depth, width]; width is a multiple of
/// kTileWidth.
void multiply_block(const float* a, std::int64_t a_stride, const float* b, std::int64_t b_stride,
                    std::int64_t depth, std::int64_t width, float* c, std::int64_t c_stride) {
    for (std::int64_t column = 0; column < width; column += kTileWidth) {
        for (int row = 0; row < kQueryBlock; row += kTileRows) {
            multiply_tile(a + row * a_stride, a_stride, b + column, b_stride, depth,
                          c + row * c_stride + column, c_stride);
        }
    }
}

/// Turns the scores [begin, end) of a row into exp(score - max), the others up to `width` into 0,
/// and returns the sum.
float exponentiate(float* row, std::int64_t begin, std::int64_t end, std::int64_t width,
                   float sink) {
    for (std::int64_t i = 0; i < begin; ++i)
        row[i] = kMasked;
    for (std::int64_t i = end; i < width; ++i)
        row[i] = kMasked;
    Vec largest = splat(kMasked);
    for (std::int64_t i = 0; i < width; i += kLanes)
        largest = max(largest, load(row + i));
    const float highest = horizontal_max(largest);
    const Vec shift = splat(highest > sink ? highest : sink);
    Vec sum = {};
    for (std::int64_t i = 0; i < width; i += kLanes) {
        const Vec e = exp(load(row + i) - shift);
        store(row + i, e);
        sum += e;
    }
    return horizontal_sum(sum) + (sink == kMasked ? 0.0F : exp(splat(sink) - shift)[0]);
}

/// c tanh(score / c) of a block of scores.
void cap_scores(float* scores, std::int64_t stride, std::int64_t width, float cap) {
    for (std::int64_t row = 0; row < kQueryBlock; ++row) {
        for (std::int64_t i = 0; i < width; i += kLanes) {
            float* place = scores + row * stride + i;
            // tanh x = 1 - 2 / (exp(2 x) + 1), which neither overflows nor loses its sign.
            const Vec twice = exp(load(place) * (2.0F / cap));
            store(place, cap * (1.0F - 2.0F / (twice + 1.0F)));
        }
    }
}

/// The packed keys and values of one KV head.
struct Packed {
    float* keys;     ///< [head_dim, length], transposed
    float* values;   ///< [length, width]
    float* queries;  ///< [kQueryBlock, width]
    float* scores;   ///< [kQueryBlock, length]
    std::int64_t length;
    std::int64_t width;
};

template <typename T>
void pack(const T* keys, const T* values, const AttentionShape& shape, const Packed& to) {
    for (std::int64_t t = 0; t < to.length; ++t) {
        const bool inside = t < shape.length;
        const T* key = keys + t * shape.row_stride;
        const T* value = values + t * shape.row_stride;
        for (int d = 0; d < shape.head_dim; ++d) {
            to.keys[d * to.length + t] = inside ? widen(key[d]) : 0.0F;
            to.values[t * to.width + d] = inside ? widen(value[d]) : 0.0F;
        }
        for (std::int64_t d = shape.head_dim; d < to.width; ++d)
            to.values[t * to.width + d] = 0.0F;
    }
}

/// The first key that a query sees.
std::int64_t first_key(const AttentionShape& shape, std::int64_t query) {
    return shape.sliding_window == 0 || query < shape.sliding_window
               ? 0
               : query - shape.sliding_window + 1;
}

template <typename T>
void attend_block(const T* queries, std::int64_t first, const AttentionShape& shape,
                  const Packed& packed, float sink, T* out) {
    const std::int64_t rows =
        shape.length - first < kQueryBlock ? shape.length - first : kQueryBlock;
    const float scale = shape.scale != 0.0F
                            ? shape.scale
                            : 1.0F / __builtin_sqrtf(static_cast<float>(shape.head_dim));
    for (std::int64_t row = 0; row < kQueryBlock; ++row) {
        const T* query = queries + (first + row) * shape.row_stride;
        for (int d = 0; d < shape.head_dim; ++d) {
            packed.queries[row * packed.width + d] = row < rows ? widen(query[d]) * scale : 0.0F;
        }
    }
    // The block's keys: [begin, first + rows), from the edge of a tile, so that whole tiles fit.
    const std::int64_t begin = first_key(shape, first) / kTileWidth * kTileWidth;
    const std::int64_t keys = first + rows - begin;
    multiply_block(packed.queries, packed.width, packed.keys + begin, packed.length, shape.head_dim,
                   padded(keys), packed.scores, packed.length);
    if (shape.cap != 0.0F) cap_scores(packed.scores, packed.length, padded(keys), shape.cap);
    float sums[kQueryBlock];
    for (std::int64_t row = 0; row < kQueryBlock; ++row) {
        const std::int64_t query = first + (row < rows ? row : rows - 1);
        sums[row] =
            exponentiate(packed.scores + row * packed.length, first_key(shape, query) - begin,
                         query + 1 - begin, padded(keys), sink);
    }
    // The queries are spent: their buffer takes the result.
    multiply_block(packed.scores, packed.length, packed.values + begin * packed.width, packed.width,
                   keys, packed.width, packed.queries, packed.width);
    for (std::int64_t row = 0; row < rows; ++row) {
        const float inverse = 1.0F / sums[row];
        T* to = out + (first + row) * shape.out_stride;
        for (int d = 0; d < shape.head_dim; ++d) {
            narrow(packed.queries[row * packed.width + d] * inverse, to + d);
        }
    }
}

}  // namespace

template <typename T>
void causal_attention(const void* qkv, const AttentionShape& shape, int kv_head, void* out,
                      float* scratch) {
    const T* projections = static_cast<const T*>(qkv);
    T* result = static_cast<T*>(out);
    const std::int64_t dim = shape.head_dim;

    Packed packed{};
    packed.length = padded(shape.length);
    packed.width = padded(dim);
    packed.keys = scratch;
    packed.values = packed.keys + dim * packed.length;
    packed.queries = packed.values + packed.length * packed.width;
    packed.scores = packed.queries + kQueryBlock * packed.width;

    const T* keys = projections + (shape.heads + kv_head) * dim;
    const T* values = projections + (shape.heads + shape.kv_heads + kv_head) * dim;
    pack(keys, values, shape, packed);

    const int shared_by = shape.heads / shape.kv_heads;
    for (int head = kv_head * shared_by; head < (kv_head + 1) * shared_by; ++head) {
        for (std::int64_t first = 0; first < shape.length; first += kQueryBlock) {
            const float sink = shape.sinks != nullptr ? shape.sinks[head] : kMasked;
            attend_block(projections + head * dim, first, shape, packed, sink, result + head * dim);
        }
    }
}

template void causal_attention<float>(const void*, const AttentionShape&, int, void*, float*);
template void causal_attention<BFloat16>(const void*, const AttentionShape&, int, void*, float*);

}  // namespace headscope::HEADSCOPE_ISA
