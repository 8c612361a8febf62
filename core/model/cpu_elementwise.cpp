// The steps of the forward pass that touch each element once or twice: bound by memory, so each
// makes as few passes as it can. See CpuKernels for what they compute.

#include "core/base/simd.h"
#include "core/model/cpu_attention.h"
#include "core/model/cpu_kernels.h"
#include "core/model/cpu_loss.h"

namespace headscope::HEADSCOPE_ISA {

/// Declared here too, because constants have no external linkage otherwise.
extern const CpuKernels kFloat;
extern const CpuKernels kBFloat16;

namespace {

template <typename T>
void rms_norm(const void* x, const float* weight, float eps, std::int64_t rows, std::int64_t width,
              void* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const T* from = static_cast<const T*>(x) + row * width;
        T* to = static_cast<T*>(out) + row * width;
        Vec squares = {};
        std::int64_t i = 0;
        for (; i + kLanes <= width; i += kLanes) {
            const Vec v = load(from + i);
            squares += v * v;
        }
        float sum = horizontal_sum(squares);
        for (; i < width; ++i)
            sum += widen(from[i]) * widen(from[i]);
        const float inverse = 1.0F / __builtin_sqrtf(sum / static_cast<float>(width) + eps);
        for (i = 0; i + kLanes <= width; i += kLanes) {
            store(to + i,
                  load(from + i) * inverse);  // rounds to T before the weight, as Llama does
            store(to + i, load(to + i) * load(weight + i));
        }
        for (; i < width; ++i) {
            narrow(widen(from[i]) * inverse, to + i);
            narrow(widen(to[i]) * weight[i], to + i);
        }
    }
}

template <typename T>
void rotate(void* x, std::int64_t row_stride, const float* cosine, const float* sine,
            std::int64_t rows, int heads, int head_dim, int half) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const float* c = cosine + row * half;
        const float* s = sine + row * half;
        for (int head = 0; head < heads; ++head) {
            T* low = static_cast<T*>(x) + row * row_stride + head * head_dim;
            T* high = low + half;
            int i = 0;
            for (; i + kLanes <= half; i += kLanes) {
                const Vec a = load(low + i);
                const Vec b = load(high + i);
                store(low + i, a * load(c + i) - b * load(s + i));
                store(high + i, b * load(c + i) + a * load(s + i));
            }
            for (; i < half; ++i) {
                const float a = widen(low[i]);
                const float b = widen(high[i]);
                narrow(a * c[i] - b * s[i], low + i);
                narrow(b * c[i] + a * s[i], high + i);
            }
        }
    }
}

/// x * sigmoid(x), rounded to T as the product's factor is.
template <typename T>
Vec silu(Vec x) {
    T rounded[kLanes];
    store(rounded, x / (1.0F + exp(-x)));
    return load(rounded);
}

template <typename T>
void swiglu(const void* gate_up, std::int64_t rows, std::int64_t width, void* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const T* gate = static_cast<const T*>(gate_up) + row * 2 * width;
        const T* up = gate + width;
        T* to = static_cast<T*>(out) + row * width;
        std::int64_t i = 0;
        for (; i + kLanes <= width; i += kLanes)
            store(to + i, silu<T>(load(gate + i)) * load(up + i));
        for (; i < width; ++i) {
            const Vec activated = silu<T>(splat(widen(gate[i])));
            narrow(activated[0] * widen(up[i]), to + i);
        }
    }
}

template <typename T>
void add(void* x, const void* y, std::int64_t count) {
    T* to = static_cast<T*>(x);
    const T* from = static_cast<const T*>(y);
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        store(to + i, load(to + i) + load(from + i));
    for (; i < count; ++i)
        narrow(widen(to[i]) + widen(from[i]), to + i);
}

template <typename T>
constexpr CpuKernels kernels_of() {
    return {&rms_norm<T>, &rotate<T>,        &causal_attention<T>, &swiglu<T>,
            &add<T>,      &cross_entropy<T>, &divergence<T>};
}

}  // namespace

const CpuKernels kFloat = kernels_of<float>();
const CpuKernels kBFloat16 = kernels_of<BFloat16>();

}  // namespace headscope::HEADSCOPE_ISA
