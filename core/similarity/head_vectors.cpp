#include "core/similarity/head_vectors.h"

#include <cstring>
#include <numeric>

namespace headscope {
namespace {

bool equal_vectors(const HeadVectors& vectors, int i, int j) {
    const std::size_t element = size_of(vectors.tensor.dtype);
    const std::size_t bytes = static_cast<std::size_t>(vectors.run) * element;
    const auto run_of = [&](int head, std::int64_t first) {
        return vectors.tensor.bytes.data() +
               static_cast<std::size_t>(vectors.place_of(head, first)) * element;
    };
    for (std::int64_t first = 0; first < vectors.length; first += vectors.run) {
        if (std::memcmp(run_of(i, first), run_of(j, first), bytes) != 0) return false;
    }
    return true;
}

}  // namespace

HeadVectors head_vectors(const Checkpoint& checkpoint, int layer, Projection projection) {
    const ModelConfig& config = checkpoint.config();
    const HeadCounts counts = config.heads_of(layer);
    const bool shared = projection == Projection::k || projection == Projection::v;
    const std::int64_t length = config.head_dim * config.hidden_size;
    return {checkpoint.part(part_of(projection), layer),
            static_cast<int>(shared ? counts.kv_heads : counts.heads), length,
            projection == Projection::o ? config.head_dim : length};
}

std::vector<int> first_equal_heads(std::span<const HeadVectors> blocks, int heads) {
    const auto equal = [&](int i, int j) {
        for (const HeadVectors& vectors : blocks) {
            const int served = heads / vectors.heads;
            if (i / served == j / served && served > 1) continue;
            if (!equal_vectors(vectors, i / served, j / served)) return false;
        }
        return true;
    };
    std::vector<int> first(static_cast<std::size_t>(heads));
    std::iota(first.begin(), first.end(), 0);
    for (int j = 1; j < heads; ++j) {
        for (int i = 0; i < j; ++i) {
            if (first[static_cast<std::size_t>(i)] != i || !equal(i, j)) continue;
            first[static_cast<std::size_t>(j)] = i;
            break;
        }
    }
    return first;
}

}  // namespace headscope
