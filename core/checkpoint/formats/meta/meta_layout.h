#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/checkpoint/tensor_source.h"

/// The layout of Meta's own releases: params.json and consolidated.NN.pth, one file for each of the
/// devices that the model was to run on, with the names of Meta's reference implementation
/// (https://github.com/meta-llama/llama-models).
namespace headscope {

/// The tensors under Hugging Face's names. Each of several files has a slice of every matrix, which
/// are joined: wq, wk, wv, w1, w3 and output along dimension 0, wo and w2 along 1, tok_embeddings
/// along 1 (Llama 1 and 2) or 0 (Llama 3), whichever makes rows of `hidden_size`; norms are whole
/// in each. An output that is the embeddings themselves is left out, and so are rope.freqs and
/// names that the reference implementation does not know. `hidden_size` is params.json's dim.
/// Throws Error(bad_input) that names the file where a tensor is in some files only, or differs in
/// shape or dtype. interleaved_heads is not set yet.
std::vector<TensorSource> join_meta_tensors(
    const std::vector<std::shared_ptr<const TensorFile>>& files, std::int64_t hidden_size);

/// Marks the rows of q_proj and k_proj as interleaved.
void mark_interleaved(std::vector<TensorSource>& tensors, const ModelConfig& config);

}  // namespace headscope
