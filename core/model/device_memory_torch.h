#pragma once

#include <cstdint>

#include <c10/core/Device.h>

namespace headscope {

/// Bytes that an evaluation may take on `device` besides what it holds already: what is free, less
/// a margin for the library itself, or what is left of `limit` where that is less (0: no limit).
std::int64_t memory_budget(const c10::Device& device, std::int64_t limit);

/// Has the library refuse to take more than `limit` bytes of a GPU; 0 lifts the limit. Does nothing
/// for the CPU.
void limit_device_memory(const c10::Device& device, std::int64_t limit);

/// Returns a GPU's memory that the library keeps for later to the driver.
void release_cached_memory(const c10::Device& device);

/// The most bytes of a GPU that the library took at one time so far, for tensors and to keep; 0 on
/// the CPU.
std::int64_t peak_device_memory(const c10::Device& device);

}  // namespace headscope
