#include "core/architecture/registry.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/architecture/config_fields.h"
#include "core/base/error.h"

// One line for each file in families/.
#define HEADSCOPE_ARCHITECTURES(X) \
    X(llama)                       \
    X(mistral)                     \
    X(qwen2)                       \
    X(qwen3)                       \
    X(smollm3)                     \
    X(granite)                     \
    X(phi3)                        \
    X(gemma2)                      \
    X(gemma3_text)                 \
    X(olmo2)                       \
    X(mixtral)                     \
    X(qwen3_moe)                   \
    X(ministral)                   \
    X(ministral3)                  \
    X(gpt_oss)                     \
    X(qwen2_vl)                    \
    X(qwen2_vl_text)               \
    X(qwen2_5_vl)                  \
    X(qwen2_5_vl_text)             \
    X(qwen3_vl_text)               \
    X(seed_oss)                    \
    X(gemma4_text)                 \
    X(qwen3_5_text)                \
    X(qwen3_5_moe_text)            \
    X(qwen3_next)

namespace headscope {
namespace families {
#define HEADSCOPE_DECLARE(name) extern const ArchitectureSpec name;
HEADSCOPE_ARCHITECTURES(HEADSCOPE_DECLARE)
#undef HEADSCOPE_DECLARE
}  // namespace families

namespace {

#define HEADSCOPE_ENTRY(name) &families::name,
constexpr std::array kArchitectures{HEADSCOPE_ARCHITECTURES(HEADSCOPE_ENTRY)};
#undef HEADSCOPE_ENTRY

constexpr const char* kLatent =
    "its attention is latent (MLA): heads have no keys and values of their own to compare";

/// Model types that people have and that cannot be read, and why.
constexpr std::array kRefused{
    std::pair{std::string_view("deepseek_v"), kLatent},
    std::pair{std::string_view("kimi_"), kLatent},
    std::pair{std::string_view("glm4_moe_lite"), kLatent},
    std::pair{std::string_view("glm_moe_dsa"), kLatent},
    std::pair{std::string_view("longcat_flash"), kLatent},
    std::pair{std::string_view("minicpm3"), kLatent},
    std::pair{std::string_view("mistral4"), kLatent},
    std::pair{std::string_view("youtu"), kLatent},
    std::pair{std::string_view("llama4"), "its attention is chunked"},
};

}  // namespace

std::span<const ArchitectureSpec* const> architectures() {
    return kArchitectures;
}

const ArchitectureSpec* find_architecture(std::string_view model_type) {
    const auto* const found =
        std::find_if(kArchitectures.begin(), kArchitectures.end(),
                     [&](const ArchitectureSpec* spec) { return spec->model_type == model_type; });
    return found == kArchitectures.end() ? nullptr : *found;
}

std::string architecture_list() {
    std::string list;
    for (const ArchitectureSpec* spec : kArchitectures)
        list += (list.empty() ? "" : ", ") + std::string(spec->model_type);
    return list;
}

bool is_compact_model_type(const ConfigFields& fields) {
    return fields.text("model_type").value_or("").starts_with(kCompactPrefix);
}

const ArchitectureSpec& read_architecture(const ConfigFields& fields) {
    const auto type = fields.text("model_type");
    if (!type) fields.fail_missing("model_type");
    const std::string_view name =
        std::string_view(*type).substr(is_compact_model_type(fields) ? kCompactPrefix.size() : 0);
    if (const ArchitectureSpec* spec = find_architecture(name)) return *spec;
    for (const auto& [begin, reason] : kRefused) {
        if (!name.starts_with(begin)) continue;
        fail(ErrorCode::unsupported, "{} \"{}\" is not supported, because {}; supported: {}",
             fields.place("model_type"), *type, reason, architecture_list());
    }
    fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: {}",
         fields.place("model_type"), *type, architecture_list());
}

}  // namespace headscope
