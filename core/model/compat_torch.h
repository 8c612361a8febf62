#pragma once

#include <string>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <torch/version.h>

#define HEADSCOPE_TORCH_VERSION (TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR)

/// Everything that differs between libtorch 1.13 (Debian) and 2.x, and between its builds.
namespace headscope::compat {

/// Softmax attention with a causal mask through the library's fused kernel.
/// q: [batch, heads, tokens, dim]; k, v: [batch, kv_heads, tokens, dim]; result like q.
at::Tensor fused_causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

/// Rethrows the exception that is being handled, a libtorch one as Error: out_of_memory where it
/// says so (std::bad_alloc too), device for CUDA's, internal otherwise. Call it in a catch block.
[[noreturn]] void rethrow_as_error();

/// Whether x W^T in bfloat16 has a fast kernel on this CPU. Without one libtorch falls back to a
/// plain loop, a hundred times slower than float32.
bool has_fast_cpu_bfloat16();

/// CUDA devices that can be used; 0 where libtorch has no CUDA or no driver runs.
int cuda_device_count();

/// Why no CUDA device can be used, as the driver says it, to follow "0 found".
std::string cuda_problem();

/// Starts the library's use of a GPU, before anything asks about its memory. Does nothing for the
/// CPU.
void start_device(const c10::Device& device);

/// Sets the threads that one operation may use when called from this thread, for ATen and, for the
/// whole process, for OpenBLAS, which does not follow ATen.
void set_intra_op_threads(int threads);

/// Sets them for a scope, and those of before afterwards.
class ThreadSetting {
  public:
    explicit ThreadSetting(int threads) : before_(at::get_num_threads()) {
        set_intra_op_threads(threads);
    }
    ~ThreadSetting() { set_intra_op_threads(before_); }
    ThreadSetting(const ThreadSetting&) = delete;
    ThreadSetting& operator=(const ThreadSetting&) = delete;

  private:
    int before_;
};

/// Lets the C library keep the memory of freed tensors, for the whole process. By default it
/// returns blocks of a megabyte or so to the system, and every activation is paid for again in page
/// faults.
void keep_freed_memory();

}  // namespace headscope::compat
