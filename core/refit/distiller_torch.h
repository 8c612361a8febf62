#pragma once

#include <memory>

#include "core/evaluation/windows.h"
#include "core/model/model.h"
#include "core/refit/distiller.h"

namespace headscope {

/// What the engine module's table has as `distiller`.
std::unique_ptr<Distiller> make_distiller(const Model& model, Variant variant,
                                          std::shared_ptr<const Windows> windows);

}  // namespace headscope
