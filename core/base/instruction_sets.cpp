#include "core/base/instruction_sets.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

#include "core/base/error.h"

namespace headscope {
namespace {

/// The value of a variable in small letters; empty where it is not set.
std::string value_of(const char* variable) {
    const char* const value = std::getenv(variable);
    std::string text = value != nullptr ? value : "";
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// oneDNN multiplies bfloat16 from AVX-512 with byte and word operations on.
bool onednn_may_multiply() {
    std::string most = value_of("ONEDNN_MAX_CPU_ISA");
    if (most.empty()) most = value_of("DNNL_MAX_CPU_ISA");  // the variable's older name
    return most.empty() || most == "all" || most == "default" || most.starts_with("avx512_core") ||
           most.starts_with("avx10");
}

}  // namespace

InstructionSet allowed_instruction_set() {
    constexpr const char* kVariable = "HEADSCOPE_CPU_ISA";
    const std::string value = value_of(kVariable);
    if (value.empty() || value == "avx512") return InstructionSet::avx512;
    if (value == "avx2") return InstructionSet::avx2;
    if (value == "baseline") return InstructionSet::baseline;
    fail(ErrorCode::bad_input, "the variable {} is \"{}\", but must be baseline, avx2 or avx512",
         kVariable, value);
}

BFloat16Products allowed_bfloat16_products() {
    constexpr const char* kVariable = "HEADSCOPE_BFLOAT16";
    const std::string value = value_of(kVariable);
    if (!value.empty() && value != "fastest" && value != "widened") {
        fail(ErrorCode::bad_input, "the variable {} is \"{}\", but must be fastest or widened",
             kVariable, value);
    }
    return value == "widened" || allowed_instruction_set() < InstructionSet::avx512 ||
                   !onednn_may_multiply()
               ? BFloat16Products::widened
               : BFloat16Products::fastest;
}

}  // namespace headscope
