#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/checkpoint/element_type.h"

namespace headscope {

/// A tensor as a pickle of PyTorch describes it. Texts refer to the pickle.
struct PickledTensor {
    std::string_view name;
    const ElementType* type = nullptr;
    std::string_view storage;         ///< the name of the record that holds its elements
    std::uint64_t storage_bytes = 0;  ///< what that record should take
    std::uint64_t offset = 0;         ///< of its first element in the storage, in elements
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;  ///< in elements, as many as the shape has extents
};

/// Reads the pickle of a dictionary of tensors (data.pkl in what torch.save writes): a small
/// machine that knows numbers, texts, tuples, lists, dictionaries and how PyTorch rebuilds a tensor
/// (_rebuild_tensor_v2, _rebuild_tensor_v3, _rebuild_parameter, OrderedDict, torch.*Storage).
///
/// A pickle is a program that may call any function it names. Nothing is ever called here: whatever
/// else the pickle names throws Error(unsupported) with that name, or with the operation. What is
/// no dictionary of tensors, or no well-formed pickle, throws Error(bad_input) or
/// Error(unsupported). Both name `file`. Takes memory in proportion to the pickle's size. Nothing
/// is checked against the storages.
std::vector<PickledTensor> read_pickled_tensors(std::span<const std::byte> pickle,
                                                const std::filesystem::path& file);

}  // namespace headscope
