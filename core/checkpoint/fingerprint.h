#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/tensor_file.h"

namespace headscope {

/// See Checkpoint::fingerprint. Does not depend on the folder that the files lie in.
std::string fingerprint_of(std::string_view config_text,
                           const std::vector<std::shared_ptr<const TensorFile>>& files,
                           const std::stop_token& stop);

}  // namespace headscope
