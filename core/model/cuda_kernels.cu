#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "core/model/cuda_kernels.h"

namespace headscope {
namespace {

constexpr int kWarp = 32;
constexpr int kVectorBytes = 16;  // the widest access of a thread

/// As many elements as one access moves.
template <typename T>
inline constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

template <typename T>
struct alignas(kVectorBytes) Vector {
    T lane[kLanes<T>];
};

__device__ float widen(float value) {
    return value;
}
__device__ float widen(__nv_bfloat16 value) {
    return __bfloat162float(value);
}
__device__ float widen(__half value) {
    return __half2float(value);
}

template <typename T>
__device__ T narrow(float value);
template <>
__device__ float narrow<float>(float value) {
    return value;
}
template <>
__device__ __nv_bfloat16 narrow<__nv_bfloat16>(float value) {
    return __float2bfloat16_rn(value);
}
template <>
__device__ __half narrow<__half>(float value) {
    return __float2half_rn(value);
}

__device__ float warp_sum(float value) {
    for (int offset = kWarp / 2; offset > 0; offset /= 2)
        value += __shfl_xor_sync(0xFFFFFFFFU, value, offset);
    return value;
}

/// The sum over all threads of a block, in every thread.
__device__ float block_sum(float value) {
    __shared__ float of_warp[kWarp];
    value = warp_sum(value);
    const int warps = static_cast<int>(blockDim.x) / kWarp;
    if (threadIdx.x % kWarp == 0) of_warp[threadIdx.x / kWarp] = value;
    __syncthreads();
    value = static_cast<int>(threadIdx.x % kWarp) < warps ? of_warp[threadIdx.x % kWarp] : 0.0F;
    return warp_sum(value);
}

/// One block a row, kHeld vectors a thread: the row is read once and stays in registers.
template <typename T, int kHeld>
__global__ void rms_norm_vectors(const Vector<T>* x, const float* weight, float eps, int vectors,
                                 Vector<T>* out) {
    x += static_cast<std::int64_t>(blockIdx.x) * vectors;
    out += static_cast<std::int64_t>(blockIdx.x) * vectors;
    Vector<T> held[kHeld];
    float squares = 0.0F;
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
        const int at = static_cast<int>(threadIdx.x) + i * static_cast<int>(blockDim.x);
        if (at >= vectors) continue;
        held[i] = x[at];
#pragma unroll
        for (int lane = 0; lane < kLanes<T>; ++lane) {
            const float value = widen(held[i].lane[lane]);
            squares += value * value;
        }
    }
    const float width = static_cast<float>(vectors) * kLanes<T>;
    const float inverse = rsqrtf(block_sum(squares) / width + eps);
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
        const int at = static_cast<int>(threadIdx.x) + i * static_cast<int>(blockDim.x);
        if (at >= vectors) continue;
#pragma unroll
        for (int lane = 0; lane < kLanes<T>; ++lane) {
            const T normed = narrow<T>(widen(held[i].lane[lane]) * inverse);
            held[i].lane[lane] = narrow<T>(widen(normed) * weight[at * kLanes<T> + lane]);
        }
        out[at] = held[i];
    }
}

/// For widths that vectors do not divide, or that no block holds.
template <typename T>
__global__ void rms_norm_elements(const T* x, const float* weight, float eps, std::int64_t width,
                                  T* out) {
    x += blockIdx.x * width;
    out += blockIdx.x * width;
    float squares = 0.0F;
    for (std::int64_t i = threadIdx.x; i < width; i += blockDim.x) {
        const float value = widen(x[i]);
        squares += value * value;
    }
    const float inverse = rsqrtf(block_sum(squares) / static_cast<float>(width) + eps);
    for (std::int64_t i = threadIdx.x; i < width; i += blockDim.x) {
        out[i] = narrow<T>(widen(narrow<T>(widen(x[i]) * inverse)) * weight[i]);
    }
}

/// Each thread turns kLanes pairs of one head.
template <typename T>
__global__ void rotate_vectors(T* x, std::int64_t row_stride, const float* cosine,
                               const float* sine, std::int64_t window, int head_dim, int half,
                               std::int64_t threads_a_row, std::int64_t threads) {
    const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (thread >= threads) return;
    const std::int64_t row = thread / threads_a_row;
    const int in_row = static_cast<int>(thread % threads_a_row);
    const int vectors_a_half = half / kLanes<T>;
    const int head = in_row / vectors_a_half;
    const int first = in_row % vectors_a_half * kLanes<T>;
    T* const place = x + row * row_stride + head * head_dim + first;
    const std::int64_t angle = row % window * half + first;

    Vector<T> low = *reinterpret_cast<const Vector<T>*>(place);
    Vector<T> high = *reinterpret_cast<const Vector<T>*>(place + half);
#pragma unroll
    for (int lane = 0; lane < kLanes<T>; ++lane) {
        const float c = cosine[angle + lane];
        const float s = sine[angle + lane];
        const float a = widen(low.lane[lane]);
        const float b = widen(high.lane[lane]);
        low.lane[lane] = narrow<T>(a * c - b * s);
        high.lane[lane] = narrow<T>(b * c + a * s);
    }
    *reinterpret_cast<Vector<T>*>(place) = low;
    *reinterpret_cast<Vector<T>*>(place + half) = high;
}

template <typename T>
__global__ void rotate_elements(T* x, std::int64_t row_stride, const float* cosine,
                                const float* sine, std::int64_t window, int head_dim, int half,
                                std::int64_t threads_a_row, std::int64_t threads) {
    const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (thread >= threads) return;
    const std::int64_t row = thread / threads_a_row;
    const int pair = static_cast<int>(thread % threads_a_row);
    T* const place = x + row * row_stride + pair / half * head_dim + pair % half;
    const std::int64_t angle = row % window * half + pair % half;
    const float a = widen(place[0]);
    const float b = widen(place[half]);
    place[0] = narrow<T>(a * cosine[angle] - b * sine[angle]);
    place[half] = narrow<T>(b * cosine[angle] + a * sine[angle]);
}

__device__ float silu(float x) {
    return x / (1.0F + __expf(-x));
}

template <typename T>
__global__ void swiglu_vectors(const Vector<T>* gate_up, int vectors, std::int64_t count,
                               Vector<T>* out) {
    const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (thread >= count) return;
    const std::int64_t row = thread / vectors;
    const std::int64_t at = row * 2 * vectors + thread % vectors;
    const Vector<T> gate = gate_up[at];
    Vector<T> up = gate_up[at + vectors];
#pragma unroll
    for (int lane = 0; lane < kLanes<T>; ++lane)
        up.lane[lane] = narrow<T>(silu(widen(gate.lane[lane])) * widen(up.lane[lane]));
    out[thread] = up;
}

template <typename T>
__global__ void swiglu_elements(const T* gate_up, std::int64_t width, std::int64_t count, T* out) {
    const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (thread >= count) return;
    const T* const row = gate_up + thread / width * 2 * width + thread % width;
    out[thread] = narrow<T>(silu(widen(row[0])) * widen(row[width]));
}

/// What is known of some logits: the largest, the first place where it stands, and the sum of
/// exp(logit - largest).
struct Peak {
    float largest;
    float sum;
    std::int64_t place;
};

__device__ Peak merge(const Peak& a, const Peak& b) {
    const bool first = a.largest > b.largest || (a.largest == b.largest && a.place < b.place);
    const float largest = first ? a.largest : b.largest;
    if (largest == -INFINITY) return first ? a : b;
    return {largest, a.sum * __expf(a.largest - largest) + b.sum * __expf(b.largest - largest),
            first ? a.place : b.place};
}

__device__ Peak warp_merge(Peak peak) {
    for (int offset = kWarp / 2; offset > 0; offset /= 2) {
        const Peak other{__shfl_xor_sync(0xFFFFFFFFU, peak.largest, offset),
                         __shfl_xor_sync(0xFFFFFFFFU, peak.sum, offset),
                         __shfl_xor_sync(0xFFFFFFFFU, peak.place, offset)};
        peak = merge(peak, other);
    }
    return peak;
}

/// Takes kCount logits that begin at `place` into `peak`.
template <int kCount, typename T>
__device__ void take(Peak& peak, const T* logits, std::int64_t place) {
    float largest = widen(logits[0]);
    int at = 0;
#pragma unroll
    for (int i = 1; i < kCount; ++i) {
        const float value = widen(logits[i]);
        if (value > largest) {
            largest = value;
            at = i;
        }
    }
    if (largest > peak.largest) {
        peak.sum *= __expf(peak.largest - largest);
        peak.largest = largest;
        peak.place = place + at;
    }
    // So far nothing but logits of -infinity, which add nothing.
    if (largest == -INFINITY && peak.largest == -INFINITY) return;
#pragma unroll
    for (int i = 0; i < kCount; ++i)
        peak.sum += __expf(widen(logits[i]) - peak.largest);
}

/// One block a row: the running maximum and sum of the log-softmax in one pass
/// (arXiv:1805.02867). A NaN among the logits makes the result NaN.
template <typename T, bool kVectors>
__global__ void cross_entropy_rows(const T* logits, const std::int64_t* targets, std::int64_t vocab,
                                   double* nll, bool* correct) {
    logits += static_cast<std::int64_t>(blockIdx.x) * vocab;
    Peak peak{-INFINITY, 0.0F, vocab};
    if constexpr (kVectors) {
        const auto* vectors = reinterpret_cast<const Vector<T>*>(logits);
        for (std::int64_t v = threadIdx.x; v < vocab / kLanes<T>; v += blockDim.x) {
            const Vector<T> held = vectors[v];
            take<kLanes<T>>(peak, held.lane, v * kLanes<T>);
        }
    } else {
        for (std::int64_t i = threadIdx.x; i < vocab; i += blockDim.x)
            take<1>(peak, logits + i, i);
    }
    __shared__ Peak of_warp[kWarp];
    peak = warp_merge(peak);
    if (threadIdx.x % kWarp == 0) of_warp[threadIdx.x / kWarp] = peak;
    __syncthreads();
    if (threadIdx.x >= kWarp) return;
    peak = threadIdx.x < blockDim.x / kWarp ? of_warp[threadIdx.x] : Peak{-INFINITY, 0.0F, vocab};
    peak = warp_merge(peak);
    if (threadIdx.x != 0) return;
    const std::int64_t target = targets[blockIdx.x];
    nll[blockIdx.x] = static_cast<double>(logf(peak.sum)) +
                      static_cast<double>(peak.largest - widen(logits[target]));
    correct[blockIdx.x] = peak.place == target;
}

/// What is known of two rows p and q of logits: the peak of each, and the sum of
/// exp(p - its largest) (p - q), from which KL(p || q) follows.
struct PairOfPeaks {
    Peak p;
    Peak q;
    float weighted;
};

__device__ PairOfPeaks merge(const PairOfPeaks& a, const PairOfPeaks& b) {
    const Peak p = merge(a.p, b.p);
    if (p.largest == -INFINITY) return {p, merge(a.q, b.q), 0.0F};
    return {p, merge(a.q, b.q),
            a.weighted * __expf(a.p.largest - p.largest) +
                b.weighted * __expf(b.p.largest - p.largest)};
}

__device__ Peak shuffled(const Peak& peak, int offset) {
    return {__shfl_xor_sync(0xFFFFFFFFU, peak.largest, offset),
            __shfl_xor_sync(0xFFFFFFFFU, peak.sum, offset),
            __shfl_xor_sync(0xFFFFFFFFU, peak.place, offset)};
}

__device__ PairOfPeaks warp_merge(PairOfPeaks pair) {
    for (int offset = kWarp / 2; offset > 0; offset /= 2) {
        const PairOfPeaks other{shuffled(pair.p, offset), shuffled(pair.q, offset),
                                __shfl_xor_sync(0xFFFFFFFFU, pair.weighted, offset)};
        pair = merge(pair, other);
    }
    return pair;
}

/// Takes kCount logits of both rows that begin at `place` into `pair`.
template <int kCount, typename T>
__device__ void take(PairOfPeaks& pair, const T* p, const T* q, std::int64_t place) {
    take<kCount>(pair.q, q, place);
    const float before = pair.p.largest;
    take<kCount>(pair.p, p, place);
    if (pair.p.largest == -INFINITY) return;
    if (pair.p.largest > before) pair.weighted *= __expf(before - pair.p.largest);
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
        const float value = widen(p[i]);
        // A logit of -infinity in p has no probability: it adds nothing, whatever q has.
        if (value == -INFINITY) continue;
        pair.weighted += __expf(value - pair.p.largest) * (value - widen(q[i]));
    }
}

/// One block a row, both rows read once.
template <typename T, bool kVectors>
__global__ void divergence_rows(const T* original, const T* logits, const std::int64_t* targets,
                                std::int64_t vocab, double* nll, bool* correct, double* kl,
                                bool* same_top) {
    original += static_cast<std::int64_t>(blockIdx.x) * vocab;
    logits += static_cast<std::int64_t>(blockIdx.x) * vocab;
    const PairOfPeaks nothing{{-INFINITY, 0.0F, vocab}, {-INFINITY, 0.0F, vocab}, 0.0F};
    PairOfPeaks pair = nothing;
    if constexpr (kVectors) {
        const auto* p = reinterpret_cast<const Vector<T>*>(original);
        const auto* q = reinterpret_cast<const Vector<T>*>(logits);
        for (std::int64_t v = threadIdx.x; v < vocab / kLanes<T>; v += blockDim.x) {
            const Vector<T> held_p = p[v];
            const Vector<T> held_q = q[v];
            take<kLanes<T>>(pair, held_p.lane, held_q.lane, v * kLanes<T>);
        }
    } else {
        for (std::int64_t i = threadIdx.x; i < vocab; i += blockDim.x)
            take<1>(pair, original + i, logits + i, i);
    }
    __shared__ PairOfPeaks of_warp[kWarp];
    pair = warp_merge(pair);
    if (threadIdx.x % kWarp == 0) of_warp[threadIdx.x / kWarp] = pair;
    __syncthreads();
    if (threadIdx.x >= kWarp) return;
    pair = threadIdx.x < blockDim.x / kWarp ? of_warp[threadIdx.x] : nothing;
    pair = warp_merge(pair);
    if (threadIdx.x != 0) return;
    const std::int64_t target = targets[blockIdx.x];
    nll[blockIdx.x] = static_cast<double>(logf(pair.q.sum)) +
                      static_cast<double>(pair.q.largest - widen(logits[target]));
    correct[blockIdx.x] = pair.q.place == target;
    // sum p (log p - log q) = E_p[p - q] - log-sum-exp of p + log-sum-exp of q.
    kl[blockIdx.x] = static_cast<double>(pair.weighted) / static_cast<double>(pair.p.sum) +
                     static_cast<double>(pair.q.largest) - static_cast<double>(pair.p.largest) +
                     log(static_cast<double>(pair.q.sum) / static_cast<double>(pair.p.sum));
    same_top[blockIdx.x] = pair.p.place == pair.q.place;
}

void check_launch(const char* kernel) {
    if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess) {
        fail_kernel(kernel, cudaGetErrorString(error));
    }
}

unsigned blocks_for(std::int64_t threads, int block) {
    return static_cast<unsigned>((threads + block - 1) / block);
}

bool aligned(const void* address) {
    return reinterpret_cast<std::uintptr_t>(address) % kVectorBytes == 0;
}

/// Calls `body` with a value of the element type.
template <typename Body>
void with_type(DType dtype, Body body) {
    switch (dtype) {
        case DType::f32:
            return body(float{});
        case DType::bf16:
            return body(__nv_bfloat16{});
        case DType::f16:
            return body(__half{});
    }
}

}  // namespace

void CudaKernels::rms_norm(const void* x, const float* weight, float eps, std::int64_t rows,
                           std::int64_t width, void* out) const {
    if (rows == 0) return;
    const auto grid = static_cast<unsigned>(rows);
    with_type(dtype_, [&]<typename T>(T) {
        constexpr int kBlock = 512;
        constexpr int kMostHeld = 4;
        const std::int64_t vectors = width / kLanes<T>;
        if (width % kLanes<T> != 0 || vectors > kBlock * kMostHeld || !aligned(x) ||
            !aligned(out)) {
            rms_norm_elements<T><<<grid, kBlock, 0, stream_>>>(static_cast<const T*>(x), weight,
                                                               eps, width, static_cast<T*>(out));
            return;
        }
        const auto launch = [&](auto kernel, int held) {
            const std::int64_t threads = (vectors + held - 1) / held;
            const auto block = static_cast<unsigned>((threads + kWarp - 1) / kWarp * kWarp);
            kernel<<<grid, block, 0, stream_>>>(static_cast<const Vector<T>*>(x), weight, eps,
                                                static_cast<int>(vectors),
                                                static_cast<Vector<T>*>(out));
        };
        if (vectors <= kBlock) {
            launch(rms_norm_vectors<T, 1>, 1);
        } else if (vectors <= 2 * kBlock) {
            launch(rms_norm_vectors<T, 2>, 2);
        } else {
            launch(rms_norm_vectors<T, kMostHeld>, kMostHeld);
        }
    });
    check_launch("rms_norm");
}

void CudaKernels::rotate(void* x, std::int64_t row_stride, const float* cosine, const float* sine,
                         std::int64_t rows, std::int64_t window, std::int64_t heads,
                         std::int64_t head_dim, std::int64_t half_dim) const {
    if (rows == 0) return;
    with_type(dtype_, [&]<typename T>(T) {
        constexpr int kBlock = 256;
        const auto half = static_cast<int>(half_dim);
        const bool vectors = half % kLanes<T> == 0 && head_dim % kLanes<T> == 0 &&
                             row_stride % kLanes<T> == 0 && aligned(x);
        const std::int64_t threads_a_row = heads * half / (vectors ? kLanes<T> : 1);
        const std::int64_t threads = rows * threads_a_row;
        const auto kernel = vectors ? rotate_vectors<T> : rotate_elements<T>;
        kernel<<<blocks_for(threads, kBlock), kBlock, 0, stream_>>>(
            static_cast<T*>(x), row_stride, cosine, sine, window, static_cast<int>(head_dim), half,
            threads_a_row, threads);
    });
    check_launch("rotate");
}

void CudaKernels::swiglu(const void* gate_up, std::int64_t rows, std::int64_t width,
                         void* out) const {
    if (rows == 0) return;
    with_type(dtype_, [&]<typename T>(T) {
        constexpr int kBlock = 256;
        if (width % kLanes<T> == 0 && aligned(gate_up) && aligned(out)) {
            const std::int64_t vectors = width / kLanes<T>;
            swiglu_vectors<T><<<blocks_for(rows * vectors, kBlock), kBlock, 0, stream_>>>(
                static_cast<const Vector<T>*>(gate_up), static_cast<int>(vectors), rows * vectors,
                static_cast<Vector<T>*>(out));
        } else {
            swiglu_elements<T><<<blocks_for(rows * width, kBlock), kBlock, 0, stream_>>>(
                static_cast<const T*>(gate_up), width, rows * width, static_cast<T*>(out));
        }
    });
    check_launch("swiglu");
}

void CudaKernels::cross_entropy(const void* logits, const std::int64_t* targets, std::int64_t rows,
                                std::int64_t vocab, double* nll, bool* correct) const {
    if (rows == 0) return;
    with_type(dtype_, [&]<typename T>(T) {
        constexpr int kBlock = 512;
        const bool vectors = vocab % kLanes<T> == 0 && aligned(logits);
        const auto kernel = vectors ? cross_entropy_rows<T, true> : cross_entropy_rows<T, false>;
        kernel<<<static_cast<unsigned>(rows), kBlock, 0, stream_>>>(static_cast<const T*>(logits),
                                                                    targets, vocab, nll, correct);
    });
    check_launch("cross_entropy");
}

void CudaKernels::divergence(const void* original, const void* logits, const std::int64_t* targets,
                             std::int64_t rows, std::int64_t vocab, double* nll, bool* correct,
                             double* kl, bool* same_top) const {
    if (rows == 0) return;
    with_type(dtype_, [&]<typename T>(T) {
        constexpr int kBlock = 512;
        const bool vectors = vocab % kLanes<T> == 0 && aligned(original) && aligned(logits);
        const auto kernel = vectors ? divergence_rows<T, true> : divergence_rows<T, false>;
        kernel<<<static_cast<unsigned>(rows), kBlock, 0, stream_>>>(
            static_cast<const T*>(original), static_cast<const T*>(logits), targets, vocab, nll,
            correct, kl, same_top);
    });
    check_launch("divergence");
}

}  // namespace headscope
