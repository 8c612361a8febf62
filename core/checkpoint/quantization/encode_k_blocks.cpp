// Sums run in float32, one value after the other: a tie between two candidates must end as it does
// in the reference. This source is compiled without fused products.
#include "core/checkpoint/quantization/encode_k_blocks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/checkpoint/quantization/half.h"

namespace headscope {
namespace {

constexpr int kSuper = 256;              ///< elements of a block
constexpr float kAllZero = 1e-15F;       ///< what is below counts as nothing
using Quants = std::array<int, kSuper>;  ///< of a block, from 0 on

/// To the nearest integer, ties to even, of at most 2^22: what is larger wraps, as it does in the
/// reference.
int nearest(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value + 0x1.8p23F);
    return static_cast<int>(bits & 0x7fffffU) - 0x400000;
}

float largest_of(std::span<const float> values) {
    float largest = 0.0F;
    for (const float value : values) {
        if (std::abs(value) > std::abs(largest)) largest = value;
    }
    return largest;
}

/// sum of w x l and of w l^2, w = x^2: the best scale of the quants l is their ratio.
struct Fit {
    float product = 0.0F;
    float square = 0.0F;

    void add(float x, int quant) {
        const float weight = x * x;
        const auto l = static_cast<float>(quant);
        product += weight * x * l;
        square += weight * l * l;
    }
    [[nodiscard]] float scale() const { return square > 0.0F ? product / square : 0.0F; }
};

/// A scale for quants from -32 to 31: the one of 19 near largest / -32 with the least weighted
/// error. The quants, 32 higher, go to `quants`.
float scale_of_q6(std::span<const float> values, int* quants) {
    constexpr int kMost = 32;
    const float largest = largest_of(values);
    std::fill_n(quants, values.size(), 0);
    if (std::abs(largest) < kAllZero) return 0.0F;
    const auto quant_of = [](float inverse, float x) {
        return std::clamp(nearest(inverse * x), -kMost, kMost - 1);
    };
    float scale = 0.0F;
    float best = 0.0F;
    const auto take = [&](float inverse) {
        for (std::size_t i = 0; i < values.size(); ++i)
            quants[i] = kMost + quant_of(inverse, values[i]);
    };
    for (const int step : {0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
        const float inverse =
            step == 0 ? -static_cast<float>(kMost) / largest
                      : -(static_cast<float>(kMost) + 0.1F * static_cast<float>(step)) / largest;
        Fit fit;
        for (const float x : values)
            fit.add(x, quant_of(inverse, x));
        const bool better =
            step == 0 || (fit.square > 0.0F && fit.product * fit.product > best * fit.square);
        if (!better) continue;
        take(inverse);
        scale = fit.scale();
        best = scale * fit.product;
    }
    return scale;
}

/// A scale for quants from -4 to 3: quants are changed one by one while the weighted error falls.
/// The quants, 4 higher, go to `quants`.
float scale_of_q3(std::span<const float> values, int* quants) {
    constexpr int kMost = 4;
    const float largest = largest_of(values);
    std::fill_n(quants, values.size(), 0);
    if (std::abs(largest) < kAllZero) return 0.0F;
    const float inverse = -static_cast<float>(kMost) / largest;
    Fit fit;
    for (std::size_t i = 0; i < values.size(); ++i) {
        quants[i] = std::clamp(nearest(inverse * values[i]), -kMost, kMost - 1);
        fit.add(values[i], quants[i]);
    }
    constexpr int kRounds = 5;
    bool changed = true;
    for (int round = 0; round < kRounds && changed; ++round) {
        changed = false;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float x = values[i];
            const float weight = x * x;
            const auto old = static_cast<float>(quants[i]);
            Fit others{fit.product - weight * x * old, 0.0F};
            if (!(others.product > 0.0F)) continue;
            others.square = fit.square - weight * old * old;
            const int quant =
                std::clamp(nearest(x * others.square / others.product), -kMost, kMost - 1);
            if (quant == quants[i]) continue;
            others.add(x, quant);
            if (others.square > 0.0F && others.product * others.product * fit.square >
                                            fit.product * fit.product * others.square) {
                quants[i] = quant;
                fit = others;
                changed = true;
            }
        }
    }
    for (std::size_t i = 0; i < values.size(); ++i)
        quants[i] += kMost;
    return fit.scale();
}

/// Quants l from 0 on stand for scale l - min.
struct ScaleAndMin {
    float scale = 0.0F;
    float min = 0.0F;  ///< not negative
};

/// How Q4_K and Q5_K look for a scale: `steps` + 1 candidates, the first most + first.
struct Steps {
    int most;  ///< the highest quant
    float first;
    int steps;
};

constexpr std::size_t kPart = 32;
using PartQuants = std::array<int, kPart>;

/// The scale and minimum with the least weighted error: for each candidate the quants are fixed and
/// the line through them is fitted. Larger values weigh more.
ScaleAndMin fit_line(std::span<const float, kPart> x, const Steps& search, int* quants) {
    float squares = 0.0F;
    for (const float value : x)
        squares += value * value;
    const float middle = std::sqrt(squares / static_cast<float>(kPart));
    std::array<float, kPart> w{};
    for (std::size_t i = 0; i < kPart; ++i)
        w[i] = middle + std::abs(x[i]);

    float sum_w = w[0];
    float sum_x = w[0] * x[0];
    for (std::size_t i = 1; i < kPart; ++i) {
        sum_w += w[i];
        sum_x += w[i] * x[i];
    }
    const auto [lowest, highest] = std::minmax_element(x.begin(), x.end());
    float min = std::min(*lowest, 0.0F);  // of the best so far: later candidates begin there
    const float high = *highest;
    std::fill_n(quants, kPart, 0);
    if (high == min) return {0.0F, -min};

    const auto most = static_cast<float>(search.most);
    const auto quantize = [&](float inverse, PartQuants& to) {
        for (std::size_t i = 0; i < kPart; ++i)
            to[i] = std::clamp(nearest(inverse * (x[i] - min)), 0, search.most);
    };
    const auto error_of = [&](const PartQuants& l, float scale, float start) {
        float error = 0.0F;
        for (std::size_t i = 0; i < kPart; ++i) {
            const float apart = scale * static_cast<float>(l[i]) + start - x[i];
            error += w[i] * (apart * apart);
        }
        return error;
    };

    PartQuants candidate{};
    const float inverse = most / (high - min);
    float scale = 1.0F / inverse;
    quantize(inverse, candidate);
    float best = error_of(candidate, scale, min);
    std::copy(candidate.begin(), candidate.end(), quants);
    for (int step = 0; step <= search.steps; ++step) {
        quantize((search.first + 0.1F * static_cast<float>(step) + most) / (high - min), candidate);
        float sum_l = 0.0F;
        float sum_l2 = 0.0F;
        float sum_xl = 0.0F;
        for (std::size_t i = 0; i < kPart; ++i) {
            const auto l = static_cast<float>(candidate[i]);
            sum_l += w[i] * l;
            sum_l2 += w[i] * l * l;
            sum_xl += w[i] * l * x[i];
        }
        const float determinant = sum_w * sum_l2 - sum_l * sum_l;
        if (!(determinant > 0.0F)) continue;
        float fitted = (sum_w * sum_xl - sum_x * sum_l) / determinant;
        float start = (sum_l2 * sum_x - sum_l * sum_xl) / determinant;
        if (start > 0.0F) {
            start = 0.0F;
            fitted = sum_xl / sum_l2;
        }
        const float error = error_of(candidate, fitted, start);
        if (!(error < best)) continue;
        best = error;
        scale = fitted;
        min = start;
        std::copy(candidate.begin(), candidate.end(), quants);
    }
    return {scale, -min};
}

void put_half(float value, std::byte* to) {
    const std::uint16_t bits = half_of_float(value);
    std::memcpy(to, &bits, sizeof bits);
}

/// What a block that holds `value` as its scale will be read with.
float as_half(float value) {
    return float_of_half(half_of_float(value));
}

/// The 6-bit scales and minima of Q4_K and Q5_K, and the quants that go with them as rounded.
struct Super {
    float d = 0.0F;
    float d_min = 0.0F;
    std::array<std::byte, 12> packed{};
    Quants quants{};
};

void add_bits(std::byte& to, int bits) {
    to |= static_cast<std::byte>(bits);
}

Super fit_super(const float* x, const Steps& search) {
    constexpr int kParts = kSuper / static_cast<int>(kPart);
    constexpr float kMostScale = 63.0F;
    Super super;
    std::array<ScaleAndMin, kParts> fitted;
    float largest_scale = 0.0F;
    float largest_min = 0.0F;
    for (std::size_t part = 0; part < kParts; ++part) {
        fitted[part] = fit_line(std::span<const float, kPart>(x + part * kPart, kPart), search,
                                super.quants.data() + part * kPart);
        largest_scale = std::max(largest_scale, fitted[part].scale);
        largest_min = std::max(largest_min, fitted[part].min);
    }
    const float inverse_scale = largest_scale > 0.0F ? kMostScale / largest_scale : 0.0F;
    const float inverse_min = largest_min > 0.0F ? kMostScale / largest_min : 0.0F;
    super.d = largest_scale / kMostScale;
    super.d_min = largest_min / kMostScale;
    for (std::size_t part = 0; part < kParts; ++part) {
        // Through 8 bits without a sign, as the reference takes them.
        const int scale = std::min<int>(
            63, static_cast<std::uint8_t>(nearest(inverse_scale * fitted[part].scale)));
        const int min =
            std::min<int>(63, static_cast<std::uint8_t>(nearest(inverse_min * fitted[part].min)));
        if (part < 4) {
            add_bits(super.packed[part], scale);
            add_bits(super.packed[part + 4], min);
        } else {
            add_bits(super.packed[part + 4], (scale & 15) | (min & 15) << 4);
            add_bits(super.packed[part - 4], scale >> 4 << 6);
            add_bits(super.packed[part], min >> 4 << 6);
        }
        const float d = as_half(super.d) * static_cast<float>(scale);
        if (d == 0.0F) continue;
        const float less = as_half(super.d_min) * static_cast<float>(min);
        for (std::size_t i = part * kPart; i < (part + 1) * kPart; ++i)
            super.quants[i] = std::clamp(nearest((x[i] + less) / d), 0, search.most);
    }
    return super;
}

/// d, dmin and the packed scales, with which both types begin.
std::byte* put_head(const Super& super, std::byte* to) {
    put_half(super.d, to);
    put_half(super.d_min, to + 2);
    std::copy(super.packed.begin(), super.packed.end(), to + 4);
    return to + 4 + super.packed.size();
}

/// Scales of 16 values each, and the quants.
struct Sixteenths {
    std::array<float, kSuper / 16> scales{};
    Quants quants{};
    float largest = 0.0F;
};

template <typename ScaleOf>
Sixteenths fit_sixteenths(const float* x, ScaleOf scale_of) {
    Sixteenths fitted;
    for (std::size_t part = 0; part < fitted.scales.size(); ++part) {
        fitted.scales[part] =
            scale_of(std::span(x + part * 16, 16), fitted.quants.data() + part * 16);
    }
    fitted.largest = largest_of(fitted.scales);
    return fitted;
}

/// The quants of a part for the scale that it will be read with.
void quantize_again(const float* x, std::size_t part, float d, int most, Quants& quants) {
    if (d == 0.0F) return;
    for (std::size_t i = part * 16; i < (part + 1) * 16; ++i)
        quants[i] = std::clamp(nearest(x[i] / d), -most, most - 1) + most;
}

std::byte byte_of(int value) {
    return static_cast<std::byte>(value);
}

template <std::size_t kBytes, typename Encode>
void each_block(std::span<const float> values, std::byte* to, Encode encode) {
    for (std::size_t begin = 0; begin < values.size(); begin += kSuper, to += kBytes) {
        std::fill_n(to, kBytes, std::byte{0});
        encode(values.data() + begin, to);
    }
}

}  // namespace

void encode_q3_k(std::span<const float> values, std::byte* to) {
    each_block<110>(values, to, [](const float* x, std::byte* block) {
        Sixteenths fitted = fit_sixteenths(x, scale_of_q3);
        std::byte* scales = block + 96;
        const float inverse = fitted.largest != 0.0F ? -32.0F / fitted.largest : 0.0F;
        const float d = fitted.largest != 0.0F ? 1.0F / inverse : 0.0F;
        put_half(d, block + 108);
        for (std::size_t part = 0; fitted.largest != 0.0F && part < 16; ++part) {
            const auto rounded = static_cast<std::int8_t>(nearest(inverse * fitted.scales[part]));
            const int scale = std::clamp<int>(rounded, -32, 31);
            const int bits = scale + 32;
            add_bits(scales[part % 8], part < 8 ? bits & 15 : (bits & 15) << 4);
            add_bits(scales[8 + part % 4], bits >> 4 << (part / 4 * 2));
            quantize_again(x, part, as_half(d) * static_cast<float>(scale), 4, fitted.quants);
        }
        for (std::size_t i = 0; i < kSuper; ++i) {
            if (fitted.quants[i] > 3) add_bits(block[i % 32], 1 << (i / 32));
            const std::size_t place = 32 + i / 128 * 32 + i % 32;
            add_bits(block[place], (fitted.quants[i] & 3) << (i % 128 / 32 * 2));
        }
    });
}

void encode_q4_k(std::span<const float> values, std::byte* to) {
    each_block<144>(values, to, [](const float* x, std::byte* block) {
        const Super super = fit_super(x, {15, -1.0F, 20});
        std::byte* q = put_head(super, block);
        for (std::size_t i = 0; i < kSuper; ++i)
            add_bits(q[i / 64 * 32 + i % 32], super.quants[i] << (i % 64 / 32 * 4));
    });
}

void encode_q5_k(std::span<const float> values, std::byte* to) {
    each_block<176>(values, to, [](const float* x, std::byte* block) {
        const Super super = fit_super(x, {31, -0.5F, 15});
        std::byte* high = put_head(super, block);
        std::byte* q = high + 32;
        for (std::size_t i = 0; i < kSuper; ++i) {
            add_bits(q[i / 64 * 32 + i % 32], (super.quants[i] & 15) << (i % 64 / 32 * 4));
            add_bits(high[i % 32], super.quants[i] >> 4 << (i / 32));
        }
    });
}

void encode_q6_k(std::span<const float> values, std::byte* to) {
    each_block<210>(values, to, [](const float* x, std::byte* block) {
        Sixteenths fitted = fit_sixteenths(x, scale_of_q6);
        if (std::abs(fitted.largest) < kAllZero) return;
        const float inverse = -128.0F / fitted.largest;
        const float d = 1.0F / inverse;
        put_half(d, block + 208);
        for (std::size_t part = 0; part < 16; ++part) {
            const auto scale =
                static_cast<std::int8_t>(std::min(127, nearest(inverse * fitted.scales[part])));
            block[192 + part] = byte_of(scale);
            quantize_again(x, part, as_half(d) * static_cast<float>(scale), 32, fitted.quants);
        }
        for (std::size_t i = 0; i < kSuper; ++i) {
            const std::size_t half = i / 128;
            const std::size_t quarter = i % 128 / 32;
            add_bits(block[half * 64 + quarter % 2 * 32 + i % 32], (fitted.quants[i] & 15)
                                                                       << (quarter / 2 * 4));
            add_bits(block[128 + half * 32 + i % 32], fitted.quants[i] >> 4 << (quarter * 2));
        }
    });
}

}  // namespace headscope
