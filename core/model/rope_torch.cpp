#include "core/model/rope_torch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <ATen/ATen.h>

namespace headscope {
namespace {

/// Base of the frequencies over a window of `length` tokens. Dynamic scaling raises it where the
/// window is longer than the original context; a shorter one is read as it always was.
double base_of(const RopeConfig& rope, std::int64_t head_dim, std::int64_t length) {
    if (rope.type != RopeType::dynamic) return rope.theta;
    const auto dim = static_cast<double>(head_dim);
    const double stretch =
        static_cast<double>(std::max(length, rope.original_max_position_embeddings)) /
        static_cast<double>(rope.original_max_position_embeddings);
    return rope.theta * std::pow(rope.factor * stretch - (rope.factor - 1.0), dim / (dim - 2.0));
}

double scale_llama3(double frequency, const RopeConfig& rope) {
    const auto context = static_cast<double>(rope.original_max_position_embeddings);
    const double wavelength = 2.0 * std::numbers::pi / frequency;
    if (wavelength < context / rope.high_freq_factor) return frequency;
    if (wavelength > context / rope.low_freq_factor) return frequency / rope.factor;
    const double smooth = (context / wavelength - rope.low_freq_factor) /
                          (rope.high_freq_factor - rope.low_freq_factor);
    return (1.0 - smooth) * frequency / rope.factor + smooth * frequency;
}

/// YaRN's ramp (arXiv:2309.00071, section 3.2), over the index of the pair: 0 up to `low`, where a
/// frequency is kept, 1 from `high` on, where it is divided by the factor.
struct YarnRamp {
    double low;
    double high;

    YarnRamp(const RopeConfig& rope, std::int64_t head_dim) {
        const auto dim = static_cast<double>(head_dim);
        const auto context = static_cast<double>(rope.original_max_position_embeddings);
        /// The (fractional) pair that turns so often in the original context.
        const auto pair_of = [&](double turns) {
            return dim * std::log(context / (turns * 2.0 * std::numbers::pi)) /
                   (2.0 * std::log(rope.theta));
        };
        low = pair_of(rope.beta_fast);
        high = pair_of(rope.beta_slow);
        if (rope.truncate) {
            low = std::floor(low);
            high = std::ceil(high);
        }
        low = std::max(low, 0.0);
        high = std::min(high, dim - 1.0);  // not the last pair's index: as the original code has it
        if (low == high) high += 0.001;
    }

    [[nodiscard]] double at(std::int64_t pair) const {
        return std::clamp((static_cast<double>(pair) - low) / (high - low), 0.0, 1.0);
    }
};

}  // namespace

std::vector<double> rope_frequencies(const RopeConfig& rope, std::int64_t head_dim,
                                     std::int64_t length) {
    if (rope.rotary_dim > 0) head_dim = rope.rotary_dim;  // as if the head were the rotated part
    const double base = base_of(rope, head_dim, length);
    std::vector<double> frequencies;
    for (std::int64_t i = 0; i < head_dim; i += 2) {
        const double exponent = static_cast<double>(i) / static_cast<double>(head_dim);
        frequencies.push_back(std::pow(base, -exponent));
    }
    switch (rope.type) {
        case RopeType::standard:
        case RopeType::dynamic:
            break;
        case RopeType::linear:
            for (double& frequency : frequencies)
                frequency /= rope.factor;
            break;
        case RopeType::llama3:
            for (double& frequency : frequencies)
                frequency = scale_llama3(frequency, rope);
            break;
        case RopeType::yarn: {
            const YarnRamp ramp(rope, head_dim);
            for (std::size_t i = 0; i < frequencies.size(); ++i) {
                const double stretched = ramp.at(static_cast<std::int64_t>(i));
                frequencies[i] *= stretched / rope.factor + (1.0 - stretched);
            }
            break;
        }
        case RopeType::longrope: {
            const bool beyond = length > rope.original_max_position_embeddings;
            const std::vector<double>& factors = beyond ? rope.long_factors : rope.short_factors;
            for (std::size_t i = 0; i < frequencies.size(); ++i)
                frequencies[i] /= factors[i];
            break;
        }
    }
    return frequencies;
}

ops::RopeTable make_rope_table(const RopeConfig& rope, std::int64_t head_dim, std::int64_t length,
                               c10::Device device) {
    const std::vector<double> frequencies = rope_frequencies(rope, head_dim, length);
    const auto half = static_cast<std::int64_t>(frequencies.size());
    // Frequencies are rounded to float32 first, as every trained model saw them.
    const at::Tensor rounded = at::tensor(frequencies, at::kDouble).to(at::kFloat).to(at::kDouble);
    const at::Tensor positions = at::arange(length, at::kDouble);
    const at::Tensor angles = positions.unsqueeze(1) * rounded.view({1, half});
    const double factor = rope.attention_factor;
    return {(angles.cos() * factor).to(at::kFloat).to(device),
            (angles.sin() * factor).to(at::kFloat).to(device)};
}

}  // namespace headscope
