#pragma once

#include <cstdint>
#include <span>
#include <stop_token>

#include "core/evaluation/sharing.h"

namespace headscope {

/// A variant in training; see distill(). The engine module makes it.
class Distiller {
  public:
    virtual ~Distiller() = default;

    /// One step over these sequences: the mean KL(original || variant) before it, nats a token.
    /// `rate`: the learning rate as a share of the root mean square of each matrix. Throws
    /// Error(cancelled) within one micro-batch of a stop request; the weights are then as before.
    virtual double step(std::span<const std::int64_t> sequences, double rate,
                        const std::stop_token& stop) = 0;

    /// The variant with the weights of now.
    [[nodiscard]] virtual Variant variant() const = 0;
};

}  // namespace headscope
