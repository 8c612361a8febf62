#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

struct CUstream_st;

namespace headscope {

/// Copies from the host to one CUDA device on a stream of its own, through pinned buffers: each
/// worker has two, so that it fills one while the other travels. Only in builds with CUDA.
class CudaUploader {
  public:
    /// The most bytes of one upload.
    static constexpr std::size_t kBufferBytes = std::size_t{8} << 20;

    /// Throws Error(out_of_memory) where the host's memory for pinned buffers does not suffice,
    /// Error(device) where CUDA fails otherwise.
    CudaUploader(int device, int workers);
    ~CudaUploader();
    CudaUploader(const CudaUploader&) = delete;
    CudaUploader& operator=(const CudaUploader&) = delete;

    [[nodiscard]] int workers() const;

    /// Copies of later uploads come after what is queued on `stream` now: for memory that the work
    /// there still reads.
    void begin_after(CUstream_st* stream);

    /// Has `fill` write `bytes` into a pinned buffer and queues their copy to `to`. Waits while
    /// both buffers of the worker travel. Workers may call at the same time, each from one thread.
    void upload(int worker, void* to, std::size_t bytes, const std::function<void(void*)>& fill);

    /// What is queued on `stream` from now on comes after all uploads so far. Not while workers
    /// upload.
    void finish_before(CUstream_st* stream);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace headscope
