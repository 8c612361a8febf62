#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/export/export.h"

namespace headscope {
namespace {

constexpr std::array kFormats{
    std::pair{std::string_view("hf"), ExportFormat::hugging_face},
    std::pair{std::string_view("gguf"), ExportFormat::gguf},
};

constexpr std::array kTypes{
    std::pair{std::string_view("auto"), ExportType::automatic},
    std::pair{std::string_view("f32"), ExportType::f32},
    std::pair{std::string_view("f16"), ExportType::f16},
    std::pair{std::string_view("bf16"), ExportType::bf16},
    std::pair{std::string_view("q8_0"), ExportType::q8_0},
    std::pair{std::string_view("keep"), ExportType::keep},
};

template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
    return std::find_if(table.begin(), table.end(),
                        [&](const auto& entry) { return entry.second == value; })
        ->first;
}

}  // namespace

ExportFormat parse_export_format(std::string_view name) {
    for (const auto& [known, format] : kFormats)
        if (known == name) return format;
    fail(ErrorCode::bad_input, "\"{}\" is no format of an export; choose hf or gguf", name);
}

ExportType parse_export_type(std::string_view name) {
    for (const auto& [known, type] : kTypes)
        if (known == name) return type;
    fail(ErrorCode::bad_input,
         "\"{}\" is no type of weights in GGUF; choose auto, f32, f16, bf16, q8_0 or keep", name);
}

std::string_view name_of(ExportFormat format) {
    return name_in(kFormats, format);
}

std::string_view name_of(ExportType type) {
    return name_in(kTypes, type);
}

}  // namespace headscope
