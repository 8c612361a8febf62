#pragma once

#include <span>

#include "core/similarity/circuit_kernel.h"
#include "core/similarity/gram_kernel.h"

namespace headscope {

/// The kernels that this build has and this processor can run, the fastest first. Never empty.
std::span<const GramKernel* const> usable_gram_kernels();
std::span<const CircuitKernel* const> usable_circuit_kernels();

}  // namespace headscope
