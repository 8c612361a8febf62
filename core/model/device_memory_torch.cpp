#include "core/model/device_memory_torch.h"

#include <algorithm>

#ifdef HEADSCOPE_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#endif

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/process_rank.h"
#include "core/model/compat_torch.h"

namespace headscope {
namespace {

#ifdef HEADSCOPE_CUDA
struct MemoryInfo {
    std::size_t free = 0;
    std::size_t total = 0;
};

/// What the driver says of the current device.
MemoryInfo memory_info() {
    MemoryInfo info;
    if (const cudaError_t error = cudaMemGetInfo(&info.free, &info.total); error != cudaSuccess) {
        fail(ErrorCode::device, "the GPU does not tell its memory ({}); use --device cpu",
             cudaGetErrorString(error));
    }
    return info;
}
#endif

}  // namespace

std::int64_t memory_budget(const c10::Device& device, std::int64_t limit) {
    constexpr std::int64_t kMargin = std::int64_t{512} << 20;
    std::int64_t free = available_memory() / process_rank().local_size;
    std::int64_t held = own_memory();
#ifdef HEADSCOPE_CUDA
    if (device.is_cuda()) {
        const c10::cuda::CUDAGuard guard(device);
        const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
        held = stats.allocated_bytes[0].current;
        // What the library keeps for later is free to us.
        free =
            static_cast<std::int64_t>(memory_info().free) + stats.reserved_bytes[0].current - held;
    }
#else
    static_cast<void>(device);
#endif
    if (limit > 0) free = std::min(free, limit - held);
    return std::max<std::int64_t>(0, free - kMargin);
}

void limit_device_memory(const c10::Device& device, std::int64_t limit) {
#ifdef HEADSCOPE_CUDA
    if (!device.is_cuda()) return;
    const c10::cuda::CUDAGuard guard(device);
    const double share = static_cast<double>(limit) / static_cast<double>(memory_info().total);
    c10::cuda::CUDACachingAllocator::setMemoryFraction(limit > 0 ? std::min(1.0, share) : 1.0,
                                                       device.index());
#else
    static_cast<void>(device);
    static_cast<void>(limit);
#endif
}

void release_cached_memory(const c10::Device& device) {
#ifdef HEADSCOPE_CUDA
    if (device.is_cuda()) c10::cuda::CUDACachingAllocator::emptyCache();
#else
    static_cast<void>(device);
#endif
}

std::int64_t peak_device_memory(const c10::Device& device) {
#ifdef HEADSCOPE_CUDA
    if (device.is_cuda()) {
        const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
        return stats.reserved_bytes[0].peak;
    }
#else
    static_cast<void>(device);
#endif
    return 0;
}

}  // namespace headscope
