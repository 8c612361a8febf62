// Alone with libtorch's version header, which holds nothing but macros.
#include <string>

#include <torch/version.h>

#include "core/model/torch_folder.h"

namespace headscope {

std::string torch_of_build() {
    return std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR);
}

}  // namespace headscope
