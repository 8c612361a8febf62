#pragma once

#include <cstdint>

namespace headscope {

/// What an evaluation takes, in bytes, and what it may.
struct BatchNeeds {
    std::int64_t budget = 0;              ///< for all of the below
    std::int64_t state = 0;               ///< one hidden state of one window
    std::int64_t most_states = 1;         ///< states of a window that exist at one time
    std::int64_t working_of_one = 0;      ///< activations of a micro-batch of one window
    std::int64_t working_of_more = 0;     ///< what each further window adds to them
    std::int64_t wanted_micro_batch = 1;  ///< windows that compute at full speed together
    std::int64_t wanted_super_chunk = 1;  ///< windows that weights are worth reading for; at least
                                          ///< wanted_micro_batch
};

/// How many windows go together.
struct BatchSizes {
    std::int64_t micro_batch = 1;  ///< through one layer
    std::int64_t super_chunk = 1;  ///< through all layers, before the next windows begin
};

/// The largest sizes up to the wanted ones that the budget allows; one window where it allows none:
/// then the device itself has the last word.
BatchSizes choose_batch_sizes(const BatchNeeds& needs);

}  // namespace headscope
