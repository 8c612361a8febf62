#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/checkpoint/model_config.h"

namespace headscope {

/// A tensor that a model must have to run.
struct ExpectedTensor {
    std::string name;
    std::vector<std::int64_t> shape;
};

/// All tensors that the config asks for: first those outside the layers, then layer by layer. With
/// tied embeddings the output projection is not among them: the embeddings are used in its place.
std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config);

}  // namespace headscope
