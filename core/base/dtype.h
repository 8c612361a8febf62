#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace headscope {

/// Element types that weights may have.
enum class DType { bf16, f16, f32 };

/// Bytes of one element.
constexpr std::size_t size_of(DType dtype) {
    return dtype == DType::f32 ? 4 : 2;
}

/// The name in files and on screen: "bfloat16", "float16", "float32".
constexpr std::string_view name_of(DType dtype) {
    switch (dtype) {
        case DType::bf16:
            return "bfloat16";
        case DType::f16:
            return "float16";
        case DType::f32:
            return "float32";
    }
    return "";
}

}  // namespace headscope
