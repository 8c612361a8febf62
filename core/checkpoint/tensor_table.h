#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/tensor_source.h"

namespace headscope {

using TensorFiles = std::vector<std::shared_ptr<const TensorFile>>;

/// The tensors of a checkpoint, sorted by name.
using TensorTable = std::vector<TensorSource>;

/// Null where there is no such tensor. `table` is sorted.
const TensorSource* find_tensor(const TensorTable& table, std::string_view name);

/// The first file that holds a part of the tensor.
const std::filesystem::path& file_of(const TensorSource& source);

/// The name that a tensor has in Hugging Face's causal model, whatever wraps it: the prefixes of
/// torch.compile (`_orig_mod.`), of parallel training (`module.`, `_fsdp_wrapped_module.`) and of
/// the text part of a model of several kinds (`language_model.`) fall away, and a model that was
/// saved without its head gets the prefix `model.` back.
std::string canonical_tensor_name(std::string_view stored);

/// Sorts by name. Of tensors of one name the first is kept.
void sort_tensors(TensorTable& table);

}  // namespace headscope
