#include "core/export/gguf_model_writer.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <span>

#include "core/architecture/layer_heads.h"
#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/checkpoint/formats/gguf/gguf_writer.h"
#include "core/checkpoint/quantization/encode_blocks.h"
#include "core/checkpoint/quantization/half.h"
#include "core/export/gguf_metadata_export.h"
#include "core/export/gguf_shards.h"
#include "core/export/gguf_source.h"
#include "core/export/merged_tensors.h"

namespace headscope {
namespace {

constexpr std::uint32_t kF32 = 0;
constexpr std::uint32_t kF16 = 1;
constexpr std::uint32_t kQ8 = 8;
constexpr std::uint32_t kBf16 = 30;
constexpr const char* kRopeFactors = "rope_freqs.weight";
constexpr std::int64_t kChunkBytes = std::int64_t{4} << 20;

/// A tensor of the file and where it comes from.
struct Planned {
    GgufTensor tensor;
    std::string name;  ///< Hugging Face's
    Part part = Part::embeddings;
    int layer = 0;
    GgufStored raw;  ///< whose blocks are copied; nothing: values are encoded
};

bool is_rotated(Part part) {
    return part == Part::q || part == Part::k || part == Part::q_bias || part == Part::k_bias;
}

bool is_of_kv(Part part) {
    return part == Part::k || part == Part::v || part == Part::k_bias || part == Part::v_bias;
}

/// The row, within a head of `rows`, that half-split order has at `row` of interleaved order.
std::int64_t half_split_row(std::int64_t row, std::int64_t rows) {
    return row % 2 * (rows / 2) + row / 2;
}

/// The other way round.
std::int64_t interleaved_row(std::int64_t row, std::int64_t rows) {
    return row % (rows / 2) * 2 + row / (rows / 2);
}

void widen(DType dtype, const std::byte* from, std::int64_t count, float* to) {
    if (dtype == DType::f32) {
        std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
        return;
    }
    for (std::int64_t i = 0; i < count; ++i, from += sizeof(std::uint16_t)) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, from, sizeof bits);
        to[i] = dtype == DType::f16 ? float_of_half(bits) : float_of_bfloat(bits);
    }
}

class GgufModelWriter : public ModelWriter {
  public:
    GgufModelWriter(const TargetModel& target, ExportType type, std::int64_t most_bytes)
        : target_(target),
          source_(GgufSource::open(target.checkpoint)),
          type_(type != ExportType::automatic ? type
                : source_ != nullptr          ? ExportType::keep
                                              : ExportType::f16),
          architecture_(choose_gguf_architecture(target)),
          shapes_(target.checkpoint.config()),
          merged_(target) {
        shapes_.layer_heads = target.heads();
        plan();
        shards_ = cut_into_gguf_shards(kGgufStem,
                                       make_gguf_pairs(target, architecture_, type_, source_.get()),
                                       tensors(), most_bytes);
    }

    [[nodiscard]] std::int64_t weight_bytes() const override {
        std::int64_t bytes = 0;
        for (const GgufShard& shard : shards_)
            bytes += shard.bytes();
        return bytes;
    }

    [[nodiscard]] std::int64_t parameters() const override {
        std::int64_t count = 0;
        for (const Planned& planned : planned_) {
            if (planned.tensor.name == kRopeFactors) continue;
            count +=
                planned.tensor.bytes() / planned.tensor.type->bytes * planned.tensor.type->elements;
        }
        return count;
    }
    [[nodiscard]] std::vector<std::string> notes() const override { return gguf_notes(target_); }

    std::vector<std::string> write(ExportFolder& folder) override {
        folder_ = &folder;
        folder.report();
        std::vector<std::string> changed;
        std::span<const Planned> left(planned_);
        for (const GgufShard& shard : shards_) {
            GgufWriter file(folder.path() / shard.name, shard.header, shard.tensors);
            file_ = &file;
            folder.add(static_cast<std::int64_t>(shard.header.size()));
            for (const Planned& planned : left.first(shard.tensors.size())) {
                write_tensor(planned);
                const bool selects = target_.selection_of(planned.layer) != nullptr;
                if (merged_.has(planned.name) && (!planned.raw || selects))
                    changed.push_back(planned.name);
            }
            left = left.subspan(shard.tensors.size());
            folder.step();
            file.finish();
        }
        return changed;
    }

  private:
    void plan() {
        const ModelConfig& config = target_.checkpoint.config();
        const ArchitectureSpec& spec = *config.architecture;
        for (const ExpectedTensor& expected : expected_tensors(config)) {
            const Part part = expected.parts.front();
            if (belongs_to_attention(part) && !target_.has_attention(expected.layer)) continue;
            Planned planned;
            planned.name = expected.name;
            planned.part = part;
            planned.layer = expected.layer;
            planned.tensor.name = gguf_tensor_name(spec, part, expected.layer);
            planned.tensor.shape = shape_of(shapes_, part, expected.layer);
            choose_type(planned);
            planned_.push_back(std::move(planned));
        }
        rope_factors_ = llama3_divisors(config);
        if (rope_factors_.empty()) return;
        Planned rope;
        rope.tensor = {
            kRopeFactors, find_block_type(kF32), {static_cast<std::int64_t>(rope_factors_.size())}};
        if (source_) rope.raw = source_->find(kRopeFactors);
        planned_.push_back(std::move(rope));
    }

    [[nodiscard]] std::vector<GgufTensor> tensors() const {
        std::vector<GgufTensor> tensors;
        for (const Planned& planned : planned_)
            tensors.push_back(planned.tensor);
        return tensors;
    }

    void choose_type(Planned& planned) const {
        const GgufStored stored = source_ ? source_->find(planned.tensor.name) : GgufStored{};
        if (type_ == ExportType::keep && stored && can_copy(planned, *stored.type)) {
            planned.raw = stored;
            planned.tensor.type = stored.type;
            return;
        }
        planned.tensor.type = find_block_type(wanted_type(planned, stored));
    }

    /// What values that are encoded are stored in.
    [[nodiscard]] std::uint32_t wanted_type(const Planned& planned,
                                            const GgufStored& stored) const {
        if (planned.tensor.shape.size() == 1) return kF32;  // as llama.cpp needs it
        const bool blocks = planned.tensor.shape.back() % find_block_type(kQ8)->elements == 0;
        switch (type_) {
            case ExportType::f32:
                return kF32;
            case ExportType::bf16:
                return kBf16;
            case ExportType::q8_0:
                return blocks ? kQ8 : kF16;
            case ExportType::keep: {
                if (stored && !stored.type->dtype) return blocks ? kQ8 : kF16;
                const DType dtype = target_.checkpoint.rows(planned.name).dtype();
                return dtype == DType::f32 ? kF32 : dtype == DType::bf16 ? kBf16 : kF16;
            }
            case ExportType::automatic:
            case ExportType::f16:
                break;
        }
        return kF16;
    }

    /// Whether the tensor is made of rows of the source (or, O, of its columns) as they are.
    [[nodiscard]] bool can_copy(const Planned& planned, const BlockType& type) const {
        if (planned.tensor.shape.size() == 1 && type.elements != 1) return false;
        if (!merged_.has(planned.name)) return true;
        const LayerMerge& merge = target_.variant.at(planned.layer);
        switch (planned.part) {
            case Part::q:
            case Part::q_bias:
                return merge.head_steps.empty() && merge.kv_steps.empty();
            case Part::k:
            case Part::v:
            case Part::k_bias:
            case Part::v_bias:
                return !merge.changes_kv();
            case Part::o:
                return !merge.changes_attention() && !merge.output && has_own_columns(planned) &&
                       target_.checkpoint.config().head_dim % type.elements == 0;
            default:
                return false;
        }
    }

    /// Whether each head that stays has the columns that it had.
    [[nodiscard]] bool has_own_columns(const Planned& planned) const {
        const std::vector<int>& removed = target_.variant.at(planned.layer).removed;
        const HeadSelection* selection = target_.selection_of(planned.layer);
        const auto is_removed = [&](int head) {
            return std::binary_search(removed.begin(), removed.end(), head);
        };
        return selection != nullptr &&
               std::all_of(selection->heads.begin(), selection->heads.end(),
                           [&](const std::vector<int>& heads) {
                               return !is_removed(heads.front()) &&
                                      std::all_of(heads.begin() + 1, heads.end(), is_removed);
                           });
    }

    /// The head of the source that becomes `head`.
    [[nodiscard]] std::int64_t source_head(const Planned& planned, std::int64_t head) const {
        const HeadSelection* selection = target_.selection_of(planned.layer);
        if (selection == nullptr) return head;
        const auto at = static_cast<std::size_t>(head);
        return is_of_kv(planned.part) ? selection->kv_heads[at] : selection->heads[at].front();
    }

    void write_tensor(const Planned& planned) {
        if (planned.raw) {
            copy_blocks(planned);
        } else if (planned.tensor.name == kRopeFactors) {
            write_bytes(std::as_bytes(std::span(rope_factors_)));
        } else {
            encode(planned);
        }
    }

    void write_bytes(std::span<const std::byte> bytes) {
        folder_->step();
        file_->write(bytes);
        folder_->add(static_cast<std::int64_t>(bytes.size()));
    }

    /// The row of the source's file that the row of this one has.
    [[nodiscard]] std::int64_t source_row(const Planned& planned, std::int64_t row) const {
        const std::int64_t rows = target_.checkpoint.config().head_dim;
        std::int64_t in_head = row % rows;
        if (is_rotated(planned.part) &&
            architecture_.interleaved != source_->architecture().interleaved) {
            in_head = architecture_.interleaved ? half_split_row(in_head, rows)
                                                : interleaved_row(in_head, rows);
        }
        return source_head(planned, row / rows) * rows + in_head;
    }

    void copy_blocks(const Planned& planned) {
        const std::span<const std::byte> bytes = planned.raw.tensor->bytes;
        const Part part = planned.part;
        const bool selects = target_.selection_of(planned.layer) != nullptr;
        const bool turns =
            is_rotated(part) && architecture_.interleaved != source_->architecture().interleaved;
        const bool of_heads = belongs_to_heads(target_.checkpoint.config(), part);
        if (of_heads && part == Part::o && selects) {
            copy_columns(planned);
        } else if (of_heads && (selects || turns)) {
            copy_rows(planned);
        } else {
            for (std::size_t at = 0; at < bytes.size(); at += kChunkBytes)
                write_bytes(
                    bytes.subspan(at, std::min<std::size_t>(kChunkBytes, bytes.size() - at)));
        }
        planned.raw.release();
    }

    void copy_rows(const Planned& planned) {
        const GgufTensor& tensor = planned.tensor;
        const std::int64_t rows = tensor.shape.front();
        const auto row_bytes = static_cast<std::size_t>(tensor.bytes() / rows);
        std::vector<std::byte> buffer(static_cast<std::size_t>(rows) * row_bytes);
        for (std::int64_t row = 0; row < rows; ++row) {
            std::memcpy(buffer.data() + static_cast<std::size_t>(row) * row_bytes,
                        planned.raw.tensor->bytes.data() +
                            static_cast<std::size_t>(source_row(planned, row)) * row_bytes,
                        row_bytes);
        }
        write_bytes(buffer);
    }

    /// The heads' columns of O, which are whole blocks.
    void copy_columns(const Planned& planned) {
        const GgufTensor& tensor = planned.tensor;
        const std::int64_t head_dim = target_.checkpoint.config().head_dim;
        const auto head_bytes =
            static_cast<std::size_t>(head_dim / tensor.type->elements * tensor.type->bytes);
        const std::int64_t heads = tensor.shape.back() / head_dim;
        const std::byte* row = planned.raw.tensor->bytes.data();
        const auto source_row_bytes =
            planned.raw.tensor->bytes.size() / static_cast<std::size_t>(tensor.shape.front());
        std::vector<std::byte> buffer;
        buffer.reserve(static_cast<std::size_t>(tensor.bytes()));
        for (std::int64_t i = 0; i < tensor.shape.front(); ++i, row += source_row_bytes) {
            for (std::int64_t head = 0; head < heads; ++head) {
                const std::byte* from =
                    row + static_cast<std::size_t>(source_head(planned, head)) * head_bytes;
                buffer.insert(buffer.end(), from, from + head_bytes);
            }
        }
        write_bytes(buffer);
    }

    /// Gives rows in Hugging Face's order as float32.
    using RowReader = std::function<void(std::int64_t row, float* to)>;

    void encode(const Planned& planned) {
        const DType dtype = target_.checkpoint.rows(planned.name).dtype();
        const std::int64_t columns =
            planned.tensor.shape.size() == 1 ? 1 : planned.tensor.shape.back();
        const auto row_bytes = static_cast<std::size_t>(columns) * size_of(dtype);
        if (const auto bytes = merged_.take(planned.name)) {
            encode_rows(planned, columns, [&](std::int64_t row, float* to) {
                widen(dtype, bytes->data() + static_cast<std::size_t>(row) * row_bytes, columns,
                      to);
            });
            return;
        }
        const TensorRows rows = target_.checkpoint.rows(planned.name);
        std::vector<std::byte> buffer(row_bytes);
        encode_rows(planned, columns, [&](std::int64_t row, float* to) {
            rows.copy(row, 1, buffer.data());
            widen(dtype, buffer.data(), columns, to);
        });
        target_.checkpoint.release(
            {.name = {}, .dtype = dtype, .shape = {}, .bytes = rows.mapped_bytes(), .owner = {}});
    }

    void encode_rows(const Planned& planned, std::int64_t columns, const RowReader& read) {
        const GgufTensor& tensor = planned.tensor;
        const std::int64_t rows = tensor.shape.front();
        const std::int64_t head = target_.checkpoint.config().head_dim;
        const bool turns = is_rotated(planned.part) && architecture_.interleaved;
        const bool plus_one =
            architecture_.norms_count_from_zero && tensor.name.ends_with("norm.weight");
        const std::int64_t chunk =
            std::min(rows, std::max<std::int64_t>(1, kChunkBytes / columns / 4));
        std::vector<float> values(static_cast<std::size_t>(chunk * columns));
        std::vector<std::byte> bytes;
        for (std::int64_t first = 0; first < rows; first += chunk) {
            const std::int64_t count = std::min(chunk, rows - first);
            for (std::int64_t i = 0; i < count; ++i) {
                const std::int64_t row = first + i;
                const std::int64_t from =
                    turns ? row - row % head + half_split_row(row % head, head) : row;
                read(from, values.data() + i * columns);
            }
            const std::span<float> part(values.data(), static_cast<std::size_t>(count * columns));
            if (plus_one)
                for (float& value : part)
                    value += 1.0F;
            bytes.resize(part.size() / static_cast<std::size_t>(tensor.type->elements) *
                         static_cast<std::size_t>(tensor.type->bytes));
            if (!encode_blocks(*tensor.type, part, bytes.data())) {
                fail(ErrorCode::bad_input,
                     "{}: tensor {} has values that {} cannot hold; choose another type of "
                     "weights, such as bf16",
                     target_.checkpoint.path().string(), planned.name, tensor.type->name);
            }
            write_bytes(bytes);
        }
    }

    const TargetModel& target_;
    std::unique_ptr<const GgufSource> source_;
    ExportType type_;
    const GgufArchitecture& architecture_;
    ModelConfig shapes_;  ///< with the heads that stay
    MergedTensors merged_;
    std::vector<Planned> planned_;
    std::vector<float> rope_factors_;
    std::vector<GgufShard> shards_;
    ExportFolder* folder_ = nullptr;
    GgufWriter* file_ = nullptr;
};

}  // namespace

std::unique_ptr<ModelWriter> gguf_model_writer(const TargetModel& target, ExportType type,
                                               std::int64_t most_bytes) {
    return std::make_unique<GgufModelWriter>(target, type, most_bytes);
}

}  // namespace headscope
