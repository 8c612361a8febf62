#include "core/model/rope_torch.h"

#include <cmath>
#include <numbers>

#include <ATen/ATen.h>

namespace headscope {
namespace {

double scale_llama3(double frequency, const RopeConfig& rope) {
    const auto context = static_cast<double>(rope.original_max_position_embeddings);
    const double wavelength = 2.0 * std::numbers::pi / frequency;
    if (wavelength < context / rope.high_freq_factor) return frequency;
    if (wavelength > context / rope.low_freq_factor) return frequency / rope.factor;
    const double smooth = (context / wavelength - rope.low_freq_factor) /
                          (rope.high_freq_factor - rope.low_freq_factor);
    return (1.0 - smooth) * frequency / rope.factor + smooth * frequency;
}

}  // namespace

std::vector<double> rope_frequencies(const RopeConfig& rope, std::int64_t head_dim) {
    std::vector<double> frequencies;
    for (std::int64_t i = 0; i < head_dim; i += 2) {
        const double exponent = static_cast<double>(i) / static_cast<double>(head_dim);
        const double frequency = std::pow(rope.theta, -exponent);
        switch (rope.type) {
            case RopeType::standard:
                frequencies.push_back(frequency);
                break;
            case RopeType::linear:
                frequencies.push_back(frequency / rope.factor);
                break;
            case RopeType::llama3:
                frequencies.push_back(scale_llama3(frequency, rope));
                break;
        }
    }
    return frequencies;
}

ops::RopeTable make_rope_table(const ModelConfig& config, std::int64_t length, c10::Device device) {
    const std::vector<double> frequencies = rope_frequencies(config.rope, config.head_dim);
    const auto half = static_cast<std::int64_t>(frequencies.size());
    // Frequencies are rounded to float32 first, as every trained model saw them.
    const at::Tensor rounded = at::tensor(frequencies, at::kDouble).to(at::kFloat).to(at::kDouble);
    const at::Tensor positions = at::arange(length, at::kDouble);
    const at::Tensor angles = positions.unsqueeze(1) * rounded.view({1, half});
    return {angles.cos().to(at::kFloat).to(device), angles.sin().to(at::kFloat).to(device)};
}

}  // namespace headscope
