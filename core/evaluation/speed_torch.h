#pragma once

#include <cstdint>
#include <stop_token>

#include "core/model/model.h"

namespace headscope {

/// Seconds that the model takes to read `prompt` random tokens, up to the logits of the last.
/// Throws Error(cancelled).
double prefill_seconds(const Model& model, std::int64_t prompt, const std::stop_token& stop);

/// Seconds that the model takes to write so many tokens behind a random one, each the most likely
/// after those before it. Throws Error(cancelled).
double generation_seconds(const Model& model, std::int64_t tokens, const std::stop_token& stop);

}  // namespace headscope
