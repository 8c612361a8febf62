#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

/// Models of which heads can be compared, but that cannot run.
namespace headscope {

/// What such a model's attention is. In layers without heads that can be compared, one head that
/// writes nothing stands for whatever is there.
struct ComparedOnly {
    std::string reason;            ///< why it cannot run
    std::string others;            ///< what the other layers have: "linear attention"
    std::vector<bool> compared;    ///< layers whose heads can be compared
    bool gated = false;            ///< the rows of each head's query are followed by its gate's
    bool keys_are_values = false;  ///< one projection makes both
    std::vector<int> key_layers;   ///< whose keys and values each layer uses; empty: its own
};

/// Whether models of this type are only compared: rotation, windows and activation are not read.
bool is_compared_only(const ArchitectureSpec& architecture);

/// What a config that was read before says of it; nothing where the model can run.
std::optional<ComparedOnly> read_compared_only(const ModelConfig& config,
                                               std::string_view config_json);

/// The layers that `layer_types` calls full attention, or else every `period`-th. Throws
/// Error(bad_input) where there is none.
std::vector<bool> read_full_attention(const ConfigFields& fields, std::int64_t period,
                                      const ModelConfig& config);

/// Gives the layers their heads: those of the config, or one where none is compared.
void set_layer_heads(const std::vector<bool>& compared, ModelConfig& config);

}  // namespace headscope
