#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/merging/grouping.h"
#include "core/merging/layer_calibration.h"

namespace headscope {

/// What a plan takes away at a time. A head that is removed writes nothing; a KV head goes with all
/// heads that it serves; of a layer all heads go, so that its attention is skipped.
enum class RemovalUnit { heads, kv_heads, layers };

/// "heads", "kv_heads", "layers".
std::string_view name_of(RemovalUnit unit);

/// What decides which units go first.
enum class RemovalOrder {
    norm,   ///< those that write least, over the energy of the residual stream
    refit,  ///< those whose removal a refit of the layer makes up for best, updated after each step
};

/// Heads of each layer, ascending.
using HeadsByLayer = std::map<int, std::vector<int>>;

/// Groups of each layer that are named one by one instead of found by a threshold.
using GroupsByLayer = std::map<int, std::vector<HeadGroup>>;

/// Reads "3:0-1,4-5;7:2-8" (layer 3: heads 0 and 1, heads 4 and 5); empty for none. Throws
/// Error(bad_input) that quotes the text.
GroupsByLayer parse_groups(std::string_view text);

/// The text that parse_groups reads.
std::string groups_text(const GroupsByLayer& groups);

/// Throws Error(bad_input) for a layer or head that the model lacks.
void check_groups(const GroupsByLayer& groups, const ModelConfig& config);

/// Reads a list of heads, "3:7,12;5:0" (layer 3: heads 7 and 12, layer 5: head 0); empty for none.
/// Throws Error(bad_input) that quotes the text.
HeadsByLayer parse_heads(std::string_view text);

/// The text that parse_heads reads.
std::string heads_text(const HeadsByLayer& heads);

/// Throws Error(bad_input) for a layer or head that the model lacks.
void check_heads(const HeadsByLayer& heads, const ModelConfig& config);

/// What a plan removes: so many units, chosen by an order, or the heads of a list.
struct Removal {
    RemovalUnit unit = RemovalUnit::heads;
    double share = 0.0;      ///< of all units; used where `count` is 0
    std::int64_t count = 0;  ///< of units
    HeadsByLayer heads;      ///< named one by one; then the others are not used
    RemovalOrder order = RemovalOrder::norm;

    [[nodiscard]] bool empty() const { return share == 0.0 && count == 0 && heads.empty(); }
    /// Whether the figures of a calibration text decide.
    [[nodiscard]] bool chooses() const { return heads.empty() && !empty(); }
    bool operator==(const Removal&) const = default;
};

/// Reads "heads:25%", "kv_heads:33%", "layers:6", or a list of heads "3:7,12;5:0" (layer 3 heads 7
/// and 12, layer 5 head 0); empty for nothing. Throws Error(bad_input) that quotes the text.
Removal parse_removal(std::string_view text);

/// The text that parse_removal reads.
std::string removal_text(const Removal& removal);

std::string_view name_of(RemovalOrder order);
RemovalOrder parse_removal_order(std::string_view name);

/// The steps of a layer by the `norm` order: each unit costs what its heads write. Throws
/// Error(bad_input) where `calibration` lacks the figures.
RemovalSteps steps_by_norm(const Removal& removal, const LayerCalibration& calibration,
                           const HeadCounts& counts);

/// The heads that go: of all layers' steps the cheapest next one, until the wanted number of units
/// is gone. Units are counted over all layers in `calibration`. Heads of a list are checked against
/// the model. Throws Error(bad_input) for a head or layer that the model lacks, and where nothing
/// would stay.
HeadsByLayer choose_removed(const Removal& removal, const ModelConfig& config,
                            const std::vector<LayerCalibration>& calibration);

}  // namespace headscope
