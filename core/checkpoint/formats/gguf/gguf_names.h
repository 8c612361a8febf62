#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headscope {

/// What sets the files of one `general.architecture` apart.
struct GgufArchitecture {
    std::string_view name;               ///< in the file
    std::string_view model_type;         ///< Hugging Face's, for config.json
    std::string_view model_class;        ///< the class in transformers
    bool interleaved = false;            ///< rows of q and k are in interleaved rotary order
    bool norms_count_from_zero = false;  ///< norms are stored with 1 added, as Gemma's
    bool norms_around_blocks = false;    ///< norms behind attention and feed-forward as well
};

/// Null where Headscope does not know the architecture.
const GgufArchitecture* find_gguf_architecture(std::string_view name);

/// "llama, qwen2, ...", for messages.
std::string gguf_architecture_names();

/// The name that a tensor of a GGUF file has in Hugging Face's model; the name itself where it has
/// none.
std::string hugging_face_name(std::string_view gguf, const GgufArchitecture& architecture);

}  // namespace headscope
