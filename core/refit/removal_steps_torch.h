#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/model/loaded_model_torch.h"
#include "core/refit/refit.h"

namespace headscope {

/// The way in which units of `served` consecutive heads go, best first, by what a refit of the
/// others leaves: with M the second moments of z and P = (M + ridge)^-1, removing the columns D
/// adds tr(O_D (P_DD)^-1 O_D^T) and changes O by -O_D (P_DD)^-1 P_D (optimal brain surgeon for
/// structures). second: [width, width]; o: [hidden, width]; both float64. `energy` divides.
RemovalSteps steps_by_refit(const at::Tensor& second, const at::Tensor& o, std::int64_t head_dim,
                            std::int64_t served, double energy, double ridge = 1e-3);

/// find_removal_steps(), in the engine.
void find_steps(const LoadedModel& model, RemovalUnit unit,
                std::vector<LayerCalibration>& calibration, const std::stop_token& stop);

}  // namespace headscope
