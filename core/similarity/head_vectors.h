#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/similarity/projection.h"

namespace headscope {

/// One vector for each head of a layer, as they lie in a tensor: in runs of `run` elements, first a
/// run of every head, then the next run of every head, and so on. Where a head's elements all lie
/// together, as its rows of q_proj do, there is one run; its columns of o_proj make one for each
/// row.
struct HeadVectors {
    TensorView tensor;
    int heads = 0;
    std::int64_t length = 0;  ///< elements of a head's vector
    std::int64_t run = 0;     ///< divides length

    /// Where an element of a head's vector lies in the tensor.
    [[nodiscard]] std::int64_t place_of(int head, std::int64_t element) const {
        return (element / run * heads + head) * run + element % run;
    }
};

/// The blocks of `projection`: of the heads for q and o, of the KV heads for k and v. For o the
/// elements of a head's block come in the order of the rows, [hidden, head_dim].
HeadVectors head_vectors(const Checkpoint& checkpoint, int layer, Projection projection);

/// For each of `heads` heads the first that has the same bits in all of `blocks`, of which those of
/// KV heads serve consecutive heads (itself where none before it has). Heads with equal weights are
/// to be found equal whatever the rounding of a sum that runs over other places in the memory.
std::vector<int> first_equal_heads(std::span<const HeadVectors> blocks, int heads);

}  // namespace headscope
