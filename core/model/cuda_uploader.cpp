#include "core/model/cuda_uploader.h"

#include <cuda_runtime_api.h>

#include "core/base/error.h"

namespace headscope {
namespace {

void check(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return;
    cudaGetLastError();  // it is told here, not at the next call
    if (error == cudaErrorMemoryAllocation) {
        fail(ErrorCode::out_of_memory,
             "not enough memory for the copies to the GPU ({}); close other programs", what);
    }
    fail(ErrorCode::device, "CUDA: {} ({}); use --device cpu, or update the driver",
         cudaGetErrorString(error), what);
}

/// A pinned buffer and the event that tells that its copy has arrived.
struct Buffer {
    void* bytes = nullptr;
    cudaEvent_t arrived = nullptr;

    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() {
        if (arrived != nullptr) cudaEventDestroy(arrived);
        if (bytes != nullptr) cudaFreeHost(bytes);
    }

    void allocate() {
        check(cudaEventCreateWithFlags(&arrived, cudaEventDisableTiming), "an event");
        check(cudaMallocHost(&bytes, CudaUploader::kBufferBytes), "pinned buffers");
    }
};

struct Worker {
    Buffer buffers[2];
    int next = 0;
};

}  // namespace

struct CudaUploader::State {
    int device = 0;
    cudaStream_t stream = nullptr;
    cudaEvent_t order = nullptr;
    std::vector<Worker> workers;

    State(int device_index, int count) : device(device_index), workers(count) {}
    ~State() {
        if (stream != nullptr) cudaStreamSynchronize(stream);
        if (order != nullptr) cudaEventDestroy(order);
        if (stream != nullptr) cudaStreamDestroy(stream);
    }
};

CudaUploader::CudaUploader(int device, int workers)
    : state_(std::make_unique<State>(device, workers)) {
    check(cudaSetDevice(device), "choosing the device");
    check(cudaStreamCreateWithFlags(&state_->stream, cudaStreamNonBlocking), "a stream");
    check(cudaEventCreateWithFlags(&state_->order, cudaEventDisableTiming), "an event");
    for (Worker& worker : state_->workers) {
        for (Buffer& buffer : worker.buffers)
            buffer.allocate();
    }
}

CudaUploader::~CudaUploader() = default;

int CudaUploader::workers() const {
    return static_cast<int>(state_->workers.size());
}

void CudaUploader::begin_after(CUstream_st* stream) {
    check(cudaEventRecord(state_->order, stream), "ordering copies");
    check(cudaStreamWaitEvent(state_->stream, state_->order, 0), "ordering copies");
}

void CudaUploader::upload(int worker, void* to, std::size_t bytes,
                          const std::function<void(void*)>& fill) {
    check(cudaSetDevice(state_->device), "choosing the device");  // a setting of each thread
    Worker& own = state_->workers[static_cast<std::size_t>(worker)];
    Buffer& buffer = own.buffers[own.next];
    own.next = 1 - own.next;
    check(cudaEventSynchronize(buffer.arrived), "waiting for a copy");
    fill(buffer.bytes);
    check(cudaMemcpyAsync(to, buffer.bytes, bytes, cudaMemcpyHostToDevice, state_->stream),
          "copying weights");
    check(cudaEventRecord(buffer.arrived, state_->stream), "copying weights");
}

void CudaUploader::finish_before(CUstream_st* stream) {
    check(cudaEventRecord(state_->order, state_->stream), "ordering copies");
    check(cudaStreamWaitEvent(stream, state_->order, 0), "ordering copies");
}

}  // namespace headscope
