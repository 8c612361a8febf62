#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/dtype.h"

namespace headscope {

/// A type that the elements of a stored tensor may have, under its name in safetensors.
struct ElementType {
    std::string_view name;
    std::int64_t bytes;
    std::optional<DType> weight_dtype = std::nullopt;
};

inline constexpr std::array kElementTypes{
    ElementType{"BOOL", 1},
    ElementType{"U8", 1},
    ElementType{"I8", 1},
    ElementType{"F8_E5M2", 1},
    ElementType{"F8_E4M3", 1},
    ElementType{"F8_E8M0", 1},
    ElementType{"I16", 2},
    ElementType{"U16", 2},
    ElementType{"F16", 2, DType::f16},
    ElementType{"BF16", 2, DType::bf16},
    ElementType{"I32", 4},
    ElementType{"U32", 4},
    ElementType{"F32", 4, DType::f32},
    ElementType{"F64", 8},
    ElementType{"I64", 8},
    ElementType{"U64", 8},
    ElementType{"C64", 8},
};

/// Null where there is no such type.
constexpr const ElementType* find_element_type(std::string_view name) {
    for (const ElementType& type : kElementTypes) {
        if (type.name == name) return &type;
    }
    return nullptr;
}

}  // namespace headscope
