#include "core/checkpoint/tensor_table.h"

#include <algorithm>
#include <array>

namespace headscope {
namespace {

void erase_all(std::string& text, std::string_view part) {
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at))
        text.erase(at, part.size());
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view begin) { return text.starts_with(begin); });
}

}  // namespace

const TensorSource* find_tensor(const TensorTable& table, std::string_view name) {
    const auto found =
        std::lower_bound(table.begin(), table.end(), name,
                         [](const TensorSource& a, std::string_view b) { return a.name < b; });
    return found == table.end() || found->name != name ? nullptr : &*found;
}

const std::filesystem::path& file_of(const TensorSource& source) {
    return source.parts.front().file->path();
}

std::string canonical_tensor_name(std::string_view stored) {
    std::string name(stored);
    erase_all(name, "_orig_mod.");
    erase_all(name, "_fsdp_wrapped_module.");
    while (name.starts_with("module."))
        name.erase(0, std::string_view("module.").size());
    for (const std::string_view text_model : {"model.language_model.", "language_model."}) {
        if (!name.starts_with(text_model)) continue;
        name.erase(0, text_model.size());
        break;
    }
    if (starts_with_any(name, {"layers.", "embed_tokens.", "norm."})) name.insert(0, "model.");
    return name;
}

void sort_tensors(TensorTable& table) {
    // Equal names stay in the order of the table, which is the order of preference.
    std::stable_sort(table.begin(), table.end(),
                     [](const TensorSource& a, const TensorSource& b) { return a.name < b.name; });
    const auto end = std::unique(table.begin(), table.end(),
                                 [](const auto& a, const auto& b) { return a.name == b.name; });
    table.erase(end, table.end());
}

}  // namespace headscope
