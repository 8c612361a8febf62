#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/architecture/architecture_spec.h"

namespace headscope {

/// All model types that Headscope knows, in the order of families/.
std::span<const ArchitectureSpec* const> architectures();

/// The one of this `model_type`, without kCompactPrefix; null where there is none.
const ArchitectureSpec* find_architecture(std::string_view model_type);

/// "llama, mistral, ..."
std::string architecture_list();

/// What stands in front of a model_type where heads of the model were removed.
inline constexpr std::string_view kCompactPrefix = "headscope_";

/// Whether `model_type` is there and begins with kCompactPrefix.
bool is_compact_model_type(const ConfigFields& fields);

/// The architecture that `model_type` names, with kCompactPrefix or without. Throws
/// Error(unsupported) with the list of those there are.
const ArchitectureSpec& read_architecture(const ConfigFields& fields);

}  // namespace headscope
