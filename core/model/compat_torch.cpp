#include "core/model/compat_torch.h"

#include <algorithm>
#include <new>

#include <ATen/ATen.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <malloc.h>

#ifdef HEADSCOPE_CUDA
#include <cuda_runtime_api.h>
#endif

#include "core/base/error.h"
#include "core/base/instruction_sets.h"

namespace headscope::compat {
namespace {

[[noreturn]] void fail_out_of_memory(const std::string& detail) {
    fail(ErrorCode::out_of_memory,
         "not enough memory; close other programs, set --memory_limit lower, use a smaller "
         "--window or --dtype bfloat16 ({})",
         detail);
}

}  // namespace

at::Tensor fused_causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    const std::int64_t shared_by = q.size(1) / k.size(1);
#if HEADSCOPE_TORCH_VERSION >= 205
    // Measured 1.7 times faster than expanding keys and values, with four heads to a KV head. The
    // fused kernel for float32 does not take it.
    if (q.scalar_type() != at::kFloat) {
        return at::scaled_dot_product_attention(q, k, v, {}, 0.0, /*is_causal=*/true, std::nullopt,
                                                /*enable_gqa=*/shared_by > 1);
    }
#endif
    const auto expand = [&](const at::Tensor& t) {
        return shared_by == 1 ? t : t.repeat_interleave(shared_by, 1);
    };
#if HEADSCOPE_TORCH_VERSION >= 200
    return at::scaled_dot_product_attention(q, expand(k), expand(v), {}, 0.0, /*is_causal=*/true);
#else
    return std::get<0>(at::_scaled_dot_product_attention(q, expand(k), expand(v), {}, 0.0,
                                                         /*need_attn_weights=*/false,
                                                         /*is_causal=*/true));
#endif
}

void rethrow_as_error() {
    try {
        throw;
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        const auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
        if (says("out of memory") || says("allocate memory") || says("alloc_cpu") ||
            says("ALLOC_FAILED")) {
            fail_out_of_memory(text);
        }
        fail(says("CUDA") ? ErrorCode::device : ErrorCode::internal, "libtorch: {}", text);
    } catch (const std::bad_alloc& error) {
        fail_out_of_memory(error.what());
    }
}

bool has_fast_cpu_bfloat16() {
#if defined(__x86_64__)
    // oneDNN, which libtorch calls for bfloat16 products, needs AVX-512 with byte and word
    // operations.
    __builtin_cpu_init();
    return allowed_bfloat16_products() == BFloat16Products::fastest &&
           at::globalContext().userEnabledMkldnn() && at::hasMKLDNN() &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq");
#else
    return false;
#endif
}

int cuda_device_count() {
    if (!at::hasCUDA()) return 0;
#if HEADSCOPE_TORCH_VERSION >= 200
    return at::detail::getCUDAHooks().deviceCount();
#else
    return at::detail::getCUDAHooks().getNumGPUs();
#endif
}

std::string cuda_problem() {
#ifdef HEADSCOPE_CUDA
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess) return std::string(": ") + cudaGetErrorString(error);
#endif
    return "; is the driver running?";
}

void start_device(const c10::Device& device) {
    if (!device.is_cuda()) return;
#if HEADSCOPE_TORCH_VERSION >= 206
    at::globalContext().lazyInitDevice(at::kCUDA);
#else
    at::globalContext().lazyInitCUDA();
#endif
}

void set_intra_op_threads(int threads) {
    at::set_num_threads(std::max(1, threads));
    // Looked up, not linked: builds against other BLAS libraries have no such function.
    using SetThreads = void (*)(int);
    static const auto set_openblas_threads =
        reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set_openblas_threads != nullptr) set_openblas_threads(std::max(1, threads));
}

void keep_freed_memory() {
#if defined(__GLIBC__)
    constexpr int kLargest = 32 << 20;  // glibc takes no more
    mallopt(M_MMAP_THRESHOLD, kLargest);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    mallopt(M_TOP_PAD, kLargest / 2);
#endif
}

}  // namespace headscope::compat
