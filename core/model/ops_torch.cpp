#include "core/model/ops_torch.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include "core/model/cpu_kernels.h"
#include "core/model/cuda_ops_torch.h"

namespace headscope::ops {
namespace {

/// Whether the kernels of our own serve this tensor.
bool on_cpu(const at::Tensor& x) {
    return x.is_cpu() && x.is_contiguous() && !followed(x) &&
           (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

const CpuKernels& kernels_for(const at::Tensor& x) {
    return cpu_kernels(x.scalar_type() == at::kBFloat16);
}

/// Address of a row of a contiguous matrix.
char* row_of(const at::Tensor& x, std::int64_t row) {
    return static_cast<char*>(x.data_ptr()) +
           row * x.stride(0) * static_cast<std::int64_t>(x.element_size());
}

/// Rows that are worth a thread of their own.
std::int64_t grain(std::int64_t width) {
    return std::max<std::int64_t>(1, 32768 / width);
}

}  // namespace

bool followed(const at::Tensor& x) {
    return at::GradMode::is_enabled() && x.requires_grad();
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    if (x.scalar_type() == weight.scalar_type()) return at::linear(x, weight, bias);
    return at::linear(x.to(weight.scalar_type()), weight, bias).to(x.scalar_type());
}

at::Tensor add_linear(at::Tensor residual, const at::Tensor& x, const at::Tensor& weight,
                      const at::Tensor& bias, bool spend) {
    if (residual.is_cuda()) {
        at::Tensor sum = spend && !followed(residual) ? residual.addmm_(x, weight.t())
                                                      : at::addmm(residual, x, weight.t());
        return bias.defined() ? sum.add_(bias) : sum;
    }
    at::Tensor sum = linear(x, weight, bias);
    add_in_place(sum, residual);
    return sum;
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    if (cuda::serves(x)) return cuda::rms_norm(x, weight, eps);
    if (!on_cpu(x)) return reference::rms_norm(x, weight, eps);
    at::Tensor out = at::empty_like(x);
    const std::int64_t width = x.size(1);
    at::parallel_for(0, x.size(0), grain(width), [&](std::int64_t begin, std::int64_t end) {
        kernels_for(x).rms_norm(row_of(x, begin), weight.data_ptr<float>(), static_cast<float>(eps),
                                end - begin, width, row_of(out, begin));
    });
    return out;
}

void norm_heads_in_place(at::Tensor& qkv, const at::Tensor& query_weight,
                         const at::Tensor& key_weight, double eps, const AttentionLayout& layout) {
    if (!on_cpu(qkv)) {
        reference::norm_heads_in_place(qkv, query_weight, key_weight, eps, layout);
        return;
    }
    // A token's heads lie side by side: to the kernel they are rows, or one row of all heads.
    const std::int64_t query_width = query_weight.numel();
    const std::int64_t key_width = key_weight.numel();
    const std::int64_t query_rows = layout.heads * layout.head_dim / query_width;
    const std::int64_t key_rows = layout.kv_heads * layout.head_dim / key_width;
    const std::int64_t keys = layout.heads * layout.head_dim *
                              static_cast<std::int64_t>(qkv.element_size());  // bytes before them
    const auto norm = kernels_for(qkv).rms_norm;
    const auto small_eps = static_cast<float>(eps);
    at::parallel_for(0, qkv.size(0), grain(qkv.size(1)), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t token = begin; token < end; ++token) {
            char* row = row_of(qkv, token);
            norm(row, query_weight.data_ptr<float>(), small_eps, query_rows, query_width, row);
            norm(row + keys, key_weight.data_ptr<float>(), small_eps, key_rows, key_width,
                 row + keys);
        }
    });
}

void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout) {
    if (cuda::serves(qkv)) return cuda::rotate_in_place(qkv, rope, layout);
    if (!on_cpu(qkv)) return reference::rotate_in_place(qkv, rope, layout);
    const auto heads = static_cast<int>(layout.heads + layout.kv_heads);
    const std::int64_t half = rope.cosine.size(1);
    at::parallel_for(0, layout.windows, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t w = begin; w < end; ++w) {
            at::parallel_for(
                0, layout.window, grain(qkv.size(1)), [&](std::int64_t first, std::int64_t last) {
                    kernels_for(qkv).rotate(row_of(qkv, w * layout.window + first), qkv.stride(0),
                                            rope.cosine.data_ptr<float>() + first * half,
                                            rope.sine.data_ptr<float>() + first * half,
                                            last - first, heads, static_cast<int>(layout.head_dim),
                                            static_cast<int>(half));
                });
        }
    });
}

at::Tensor causal_attention(const at::Tensor& qkv, const AttentionLayout& layout) {
    if (!on_cpu(qkv)) return reference::causal_attention(qkv, layout);
    at::Tensor out = at::empty({qkv.size(0), layout.heads * layout.head_dim}, qkv.options());
    const at::Tensor sinks = layout.sinks.defined() ? layout.sinks.contiguous() : at::Tensor();
    const AttentionShape shape{layout.window,
                               qkv.stride(0),
                               out.stride(0),
                               static_cast<int>(layout.head_dim),
                               static_cast<int>(layout.heads),
                               static_cast<int>(layout.kv_heads),
                               layout.slides() ? layout.sliding_window : 0,
                               static_cast<float>(layout.scale),
                               static_cast<float>(layout.cap),
                               sinks.defined() ? sinks.data_ptr<float>() : nullptr};
    const auto floats = static_cast<std::size_t>(attention_scratch_floats(shape));
    at::parallel_for(
        0, layout.windows * layout.kv_heads, 1, [&](std::int64_t begin, std::int64_t end) {
            const auto scratch = std::make_unique_for_overwrite<float[]>(floats);
            for (std::int64_t item = begin; item < end; ++item) {
                const std::int64_t row = item / layout.kv_heads * layout.window;
                kernels_for(qkv).causal_attention(row_of(qkv, row), shape,
                                                  static_cast<int>(item % layout.kv_heads),
                                                  row_of(out, row), scratch.get());
            }
        });
    return out;
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    if (cuda::serves(gate_up)) return cuda::swiglu(gate_up);
    if (!on_cpu(gate_up)) return reference::swiglu(gate_up);
    const std::int64_t width = gate_up.size(1) / 2;
    at::Tensor out = at::empty({gate_up.size(0), width}, gate_up.options());
    at::parallel_for(0, out.size(0), grain(width), [&](std::int64_t begin, std::int64_t end) {
        kernels_for(out).swiglu(row_of(gate_up, begin), end - begin, width, row_of(out, begin));
    });
    return out;
}

at::Tensor activate(const at::Tensor& gate_up, Activation activation) {
    const std::int64_t width = gate_up.size(-1) / 2;
    const at::Tensor gate = gate_up.narrow(-1, 0, width);
    const at::Tensor up = gate_up.narrow(-1, width, width);
    switch (activation) {
        case Activation::silu:
            break;
        case Activation::gelu_tanh: {
            // By its formula: libtorch 1.13 has no float64 kernel of the approximation.
            const double kRoot = std::sqrt(2.0 / std::numbers::pi);
            const at::Tensor x = gate.scalar_type() == at::kDouble ? gate : gate.to(at::kFloat);
            const at::Tensor inner = (x + 0.044715 * x.pow(3)) * kRoot;
            return (0.5 * x * (1.0 + inner.tanh())).to(gate.scalar_type()) * up;
        }
        case Activation::clamped: {
            // gpt-oss's reference implementation, swiglu with alpha 1.702 and limit 7.
            constexpr double kLimit = 7.0;
            constexpr double kAlpha = 1.702;
            const at::Tensor low = gate.clamp_max(kLimit);
            return (up.clamp(-kLimit, kLimit) + 1) * (low * at::sigmoid(low * kAlpha));
        }
    }
    return swiglu(gate_up);
}

at::Tensor capped(at::Tensor x, double cap) {
    if (cap == 0.0) return x;
    return followed(x) ? (x / cap).tanh() * cap : x.div_(cap).tanh_().mul_(cap);
}

double AttentionLayout::score_scale() const {
    return scale != 0.0 ? scale : 1.0 / std::sqrt(static_cast<double>(head_dim));
}

void add_in_place(at::Tensor& x, const at::Tensor& y) {
    if (!on_cpu(x) || !y.is_contiguous()) {
        x.add_(y);
        return;
    }
    at::parallel_for(0, x.size(0), grain(x.size(1)), [&](std::int64_t begin, std::int64_t end) {
        kernels_for(x).add(row_of(x, begin), row_of(y, begin), (end - begin) * x.size(1));
    });
}

Loss cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
    if (cuda::serves(logits)) return cuda::cross_entropy(logits, targets);
    if (!on_cpu(logits)) return reference::cross_entropy(logits, targets);
    const std::int64_t rows = logits.size(0);
    Loss loss{at::empty({rows}, at::kDouble), at::empty({rows}, at::kBool)};
    auto* correct = reinterpret_cast<std::uint8_t*>(loss.correct.data_ptr<bool>());
    at::parallel_for(0, rows, grain(logits.size(1)), [&](std::int64_t begin, std::int64_t end) {
        kernels_for(logits).cross_entropy(
            row_of(logits, begin), targets.data_ptr<std::int64_t>() + begin, end - begin,
            logits.size(1), loss.nll.data_ptr<double>() + begin, correct + begin);
    });
    return loss;
}

Divergence divergence(const at::Tensor& original, const at::Tensor& logits,
                      const at::Tensor& targets) {
    if (cuda::serves(logits) && cuda::serves(original))
        return cuda::divergence(original, logits, targets);
    if (!on_cpu(logits) || !on_cpu(original))
        return reference::divergence(original, logits, targets);
    const std::int64_t rows = logits.size(0);
    Divergence result{{at::empty({rows}, at::kDouble), at::empty({rows}, at::kBool)},
                      at::empty({rows}, at::kDouble),
                      at::empty({rows}, at::kBool)};
    auto* correct = reinterpret_cast<std::uint8_t*>(result.loss.correct.data_ptr<bool>());
    auto* same_top = reinterpret_cast<std::uint8_t*>(result.same_top.data_ptr<bool>());
    at::parallel_for(0, rows, grain(logits.size(1)), [&](std::int64_t begin, std::int64_t end) {
        kernels_for(logits).divergence(row_of(original, begin), row_of(logits, begin),
                                       targets.data_ptr<std::int64_t>() + begin, end - begin,
                                       logits.size(1),
                                       {result.loss.nll.data_ptr<double>() + begin, correct + begin,
                                        result.kl.data_ptr<double>() + begin, same_top + begin});
    });
    return result;
}

}  // namespace headscope::ops
