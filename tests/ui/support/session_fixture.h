#pragma once

#include <memory>

#include "ui/session/opened_model.h"

namespace headscope::testing {

/// The demo model that ships with Headscope.
std::shared_ptr<const ui::OpenedModel> demo_opened_model();

/// A model with the demo's files but similarities of its own: `layers` random symmetric matrices
/// of `heads` heads, some pairs of which are nearly equal. Only its similarities may be used: its
/// weights are not of that shape.
std::shared_ptr<const ui::OpenedModel> synthetic_model(int layers, int heads, int kv_heads,
                                                       unsigned seed);

}  // namespace headscope::testing
