#include "core/checkpoint/compared_attention.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/architecture/compared_only.h"
#include "core/architecture/tensor_map.h"
#include "core/checkpoint/element_type.h"
#include "core/checkpoint/skipped_attention.h"

namespace headscope {
namespace {

constexpr std::array kProjections{Part::q, Part::k, Part::v, Part::o};

/// Every second block of `rows` rows, from the first or the second on.
class AlternateRows : public RowDecoder {
  public:
    AlternateRows(std::shared_ptr<const RowDecoder> whole, std::int64_t rows, std::int64_t columns,
                  std::int64_t skipped)
        : whole_(std::move(whole)), rows_(rows), columns_(columns), skipped_(skipped) {}

    void decode(std::int64_t first, std::int64_t count, float* to) const override {
        for (std::int64_t row = first; row < first + count; ++row, to += columns_)
            whole_->decode(row / rows_ * 2 * rows_ + skipped_ + row % rows_, 1, to);
    }

  private:
    std::shared_ptr<const RowDecoder> whole_;
    std::int64_t rows_;
    std::int64_t columns_;
    std::int64_t skipped_;
};

/// Works on the table of a checkpoint.
class Arrangement {
  public:
    Arrangement(CheckpointContents& contents, const ComparedOnly& only)
        : contents_(contents), config_(contents.config), only_(only) {}

    void run() {
        for (int layer = 0; layer < config_.num_hidden_layers; ++layer) {
            if (!compares(layer)) set_aside(layer);
        }
        for (int layer = 0; layer < config_.num_hidden_layers; ++layer) {
            if (!compares(layer)) continue;
            const int source = only_.key_layers.empty()
                                   ? layer
                                   : only_.key_layers[static_cast<std::size_t>(layer)];
            add_copy(name_of(Part::k, source), name_of(Part::k, layer));
            add_copy(name_of(only_.keys_are_values ? Part::k : Part::v, source),
                     name_of(Part::v, layer));
            if (only_.gated) split_gate(layer);
        }
        sort_tensors(contents_.table);
    }

  private:
    [[nodiscard]] bool compares(int layer) const {
        return only_.compared[static_cast<std::size_t>(layer)];
    }

    [[nodiscard]] std::string name_of(Part part, int layer) const {
        return tensor_name(*config_.architecture, part, layer);
    }

    TensorSource* find(const std::string& name) {
        const auto found =
            std::find_if(contents_.table.begin(), contents_.table.end(),
                         [&](const TensorSource& source) { return source.name == name; });
        return found == contents_.table.end() ? nullptr : &*found;
    }

    /// A layer's own projections lie under another name; one head that writes nothing takes theirs.
    void set_aside(int layer) {
        for (const Part part : kProjections) {
            const std::string name = name_of(part, layer);
            if (TensorSource* own = find(name)) own->name = "other attention: " + name;
            contents_.table.push_back(
                zeros({name, shape_of(config_, part, layer), {part}, layer}, contents_));
        }
    }

    void add_copy(const std::string& from, const std::string& to) {
        if (from == to || find(to) != nullptr) return;
        const TensorSource* source = find(from);
        if (source == nullptr) return;  // the check of the whole names what is missing
        TensorSource copy = *source;
        copy.name = to;
        contents_.repeated.insert(to);
        contents_.table.push_back(std::move(copy));
    }

    /// Cuts [heads, 2, head_dim] rows into those of the queries and those of the gates.
    void split_gate(int layer) {
        const std::string name = name_of(Part::q, layer);
        TensorSource* whole = find(name);
        const std::vector<std::int64_t> shape = shape_of(config_, Part::q, layer);
        if (whole == nullptr || whole->shape.size() != 2 || whole->shape[0] != 2 * shape[0] ||
            !whole->weight_dtype() || (!whole->decoder && whole->parts.size() != 1)) {
            return;  // the check of the whole tells of its shape
        }
        const TensorSource both = *whole;
        *whole = half_of(both, shape, 0);
        TensorSource gate = half_of(both, shape, config_.head_dim);
        gate.name = "gate of " + name;
        contents_.table.push_back(std::move(gate));
    }

    [[nodiscard]] TensorSource half_of(const TensorSource& both,
                                       const std::vector<std::int64_t>& shape,
                                       std::int64_t skipped) {
        TensorSource half = both;
        half.shape = {shape[0], both.shape[1]};
        if (both.decoder) {
            half.decoder = std::make_shared<const AlternateRows>(both.decoder, config_.head_dim,
                                                                 both.shape[1], skipped);
            return half;
        }
        // A part for each head, joined below each other, keeps the dtype of the file.
        const StoredTensor& stored = both.first();
        const std::int64_t stride = stored.strides.empty() ? both.shape[1] : stored.strides.front();
        const std::size_t row_bytes =
            static_cast<std::size_t>(stride) *
            static_cast<std::size_t>(find_element_type(stored.dtype)->bytes);
        half.parts.clear();
        for (std::int64_t row = skipped; row < both.shape[0]; row += 2 * config_.head_dim) {
            auto head = std::make_shared<StoredTensor>(stored);
            head->shape = {config_.head_dim, both.shape[1]};
            const auto begin = static_cast<std::size_t>(row) * row_bytes;
            head->bytes = stored.strides.empty()
                              ? stored.bytes.subspan(
                                    begin, static_cast<std::size_t>(config_.head_dim) * row_bytes)
                              : stored.bytes.subspan(begin);
            half.parts.push_back({head.get(), both.parts.front().file});
            contents_.pieces.push_back(std::move(head));
        }
        return half;
    }

    CheckpointContents& contents_;
    const ModelConfig& config_;
    const ComparedOnly& only_;
};

/// "0-2,4-6"
std::string layers_without(const std::vector<bool>& compared) {
    std::string text;
    for (std::size_t layer = 0; layer < compared.size(); ++layer) {
        if (compared[layer]) continue;
        std::size_t last = layer;
        while (last + 1 < compared.size() && !compared[last + 1])
            ++last;
        text += fmt::format("{}{}", text.empty() ? "" : ",", layer);
        if (last > layer) text += fmt::format("-{}", last);
        layer = last;
    }
    return text;
}

}  // namespace

void arrange_compared_attention(CheckpointContents& contents) {
    const auto only = read_compared_only(contents.config, contents.config_json);
    if (!only) return;
    Arrangement(contents, *only).run();
    contents.compared_only = only->reason;
    const std::string others = layers_without(only->compared);
    if (others.empty()) return;
    contents.notes.push_back(
        fmt::format("layers {} have {}: their heads are not compared", others, only->others));
}

}  // namespace headscope
