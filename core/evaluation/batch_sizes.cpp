#include "core/evaluation/batch_sizes.h"

#include <algorithm>

namespace headscope {

BatchSizes choose_batch_sizes(const BatchNeeds& needs) {
    const std::int64_t states = needs.state * needs.most_states;
    const auto working = [&](std::int64_t windows) {
        return needs.working_of_one + (windows - 1) * needs.working_of_more;
    };
    BatchSizes sizes;
    sizes.micro_batch = std::max<std::int64_t>(1, needs.wanted_micro_batch);
    while (sizes.micro_batch > 1 &&
           working(sizes.micro_batch) + sizes.micro_batch * states > needs.budget) {
        --sizes.micro_batch;
    }
    const std::int64_t left = needs.budget - working(sizes.micro_batch);
    const std::int64_t fitting = states > 0 ? left / states : needs.wanted_super_chunk;
    sizes.super_chunk = std::max(sizes.micro_batch, std::min(needs.wanted_super_chunk, fitting));
    return sizes;
}

}  // namespace headscope
