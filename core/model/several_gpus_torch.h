#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include <c10/core/Device.h>

#include "core/base/progress.h"
#include "core/model/loaded_model_torch.h"

namespace headscope {

/// The layer in the memory of another device.
LayerWeights copy_layer(const LayerWeights& layer, const c10::Device& device);

/// The same into memory of the same shapes; queued on the current stream.
void copy_layer_into(const LayerWeights& from, const LayerWeights& to);

/// A resident model with all its weights on another device.
std::shared_ptr<const LoadedModel> copy_model(const LoadedModel& model, const c10::Device& device);

/// Reads layers of a model that does not fit on its own device into what is free on that and on
/// `others`, first to last, into `model.waiting`; those for which there is no room are left to be
/// read when their turn comes. Throws Error(cancelled), and what reading throws.
void spread_layers(LoadedModel& model, const std::vector<c10::Device>& others,
                   ProgressThrottle& progress, const std::stop_token& stop);

}  // namespace headscope
