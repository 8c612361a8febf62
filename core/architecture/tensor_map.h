#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/architecture/model_config.h"

/// Where a model's parts lie in its tensors. Nothing above this folder spells a tensor's name.
namespace headscope {

/// A part's rows within a stored tensor.
struct TensorSlice {
    std::string name;  ///< Hugging Face's
    std::int64_t first_row = 0;
    std::vector<std::int64_t>
        shape;  ///< of the part: what it has of the tensor's rows, its columns
};

/// Whether a model of this config has the part (in each of its layers, where it is one of a layer).
/// Tied embeddings are no output of their own.
bool has_part(const ModelConfig& config, Part part);

/// The shape that the config asks for.
std::vector<std::int64_t> shape_of(const ModelConfig& config, Part part, int layer = 0);

/// Where the part lies. `expert` counts where the layer has experts and the part is theirs.
TensorSlice locate(const ModelConfig& config, Part part, int layer = 0, int expert = 0);

/// The name of the tensor that holds the part.
std::string tensor_name(const ArchitectureSpec& architecture, Part part, int layer = 0,
                        int expert = 0);

/// The same in GGUF; empty where GGUF has none. There the experts of a layer lie in one tensor
/// [experts, rows, columns].
std::string gguf_tensor_name(const ArchitectureSpec& architecture, Part part, int layer = 0);

/// A tensor that a model must have to run.
struct ExpectedTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<Part> parts;  ///< that it holds, row below row
    int layer = 0;            ///< of the parts that are a layer's
    int expert = 0;           ///< of the parts that are an expert's
};

/// All tensors that the config asks for: first those outside the layers, then layer by layer. With
/// tied embeddings the output projection is not among them: the embeddings are used in its place.
std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config);

/// The same for one layer.
std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config, int layer);

/// Whether merging or removing heads changes the part.
bool belongs_to_heads(const ModelConfig& config, Part part);

}  // namespace headscope
