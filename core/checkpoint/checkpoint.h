#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/base/dtype.h"
#include "core/checkpoint/file_listing.h"

namespace headscope {

struct CheckpointContents;
struct CheckpointFormat;
struct EmbeddedTokenizer;
enum class Mixture;

/// One tensor of a checkpoint, without its data.
struct TensorInfo {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;
    std::filesystem::path file;     ///< the first, where it is joined from several
    std::string stored_dtype = {};  ///< what the file has: "bfloat16", "Q4_K"
    std::int64_t stored_bytes = 0;

    [[nodiscard]] std::int64_t elements() const;
};

/// A tensor's bytes: row-major, little-endian, and not always aligned to the size of an element.
/// They lie in the mapped file, or, where the file has the tensor in pieces, quantized, transposed
/// or its rows in another order, in a buffer that was made for this view. `owner` keeps them for as
/// long as the view exists.
struct TensorView {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

/// A tensor that can be read by rows, so that one that must be put together or dequantized takes
/// little memory. Rows run along the first dimension; a vector has rows of one element. Copies
/// share the mapping. Safe to read from many threads.
class TensorRows {
  public:
    explicit TensorRows(const TensorSource& source, std::shared_ptr<const void> owner)
        : source_(&source), owner_(std::move(owner)) {}

    [[nodiscard]] const std::string& name() const { return source_->name; }
    [[nodiscard]] DType dtype() const { return *source_->weight_dtype(); }
    [[nodiscard]] const std::vector<std::int64_t>& shape() const { return source_->shape; }
    [[nodiscard]] std::int64_t count() const { return row_count(*source_); }

    /// Elements of one row.
    [[nodiscard]] std::int64_t columns() const;

    /// All elements where they lie in the mapped file as the tensor has them; otherwise empty.
    [[nodiscard]] std::span<const std::byte> mapped_bytes() const;

    /// Copies rows [first, first + count) to `to`, in dtype().
    void copy(std::int64_t first, std::int64_t count, std::byte* to) const {
        copy_rows(*source_, first, count, to);
    }

  private:
    const TensorSource* source_;
    std::shared_ptr<const void> owner_;
};

struct OpenOptions {
    /// Lets a model run though its files hold tensors that its architecture has no place for.
    bool allow_unused_tensors = false;
};

/// A model: its config and its tensors, memory-mapped, under Hugging Face's names and in its order
/// of rows whatever the format. Opening reads headers only; the bytes of a tensor are read when
/// they are touched, or asked for where they must be put together. Copies share the mapping. Safe
/// to read from many threads.
class Checkpoint {
  public:
    /// Opens a model folder or any of its files (config.json, a shard, the index, a GGUF file), or
    /// a model of Hugging Face's cache. Where a folder has several formats, a file that was named
    /// decides, otherwise the first of checkpoint_formats(). Throws Error(bad_input) or
    /// Error(unsupported) that names the file and the tensor or field when the config is wrong, a
    /// file breaks a rule of its format, or a projection of the attention is missing, has another
    /// shape than the config asks for, or a dtype that is none of DType. What else the model lacks
    /// is told by require_complete().
    static Checkpoint open(const std::filesystem::path& path, const OpenOptions& options = {});

    /// The same model with its weights as `llama-quantize` would leave them: quantized and read
    /// back row by row, whenever they are read. Everything else, such as fingerprint(), is the
    /// same.
    [[nodiscard]] Checkpoint quantized(Mixture mixture) const;

    /// Throws Error that says why the model cannot run, though its attention can be compared: a
    /// tensor is missing or has another shape than the config asks for, or the files hold tensors
    /// that would change its layers and that its architecture does not use.
    void require_complete() const;

    [[nodiscard]] const CheckpointFormat& format() const;
    [[nodiscard]] const std::filesystem::path& directory() const;

    /// What opens the same model once more: the folder, or the file where a folder may hold several
    /// models.
    [[nodiscard]] const std::filesystem::path& path() const;
    [[nodiscard]] const ModelConfig& config() const;

    /// For people, a sentence each: what lies in the files and is not used, and what was taken
    /// otherwise than the config says.
    [[nodiscard]] std::vector<std::string> notes() const;

    /// Names of the tensors that lie in the files and that the model does not use, sorted.
    [[nodiscard]] const std::vector<std::string>& unused_tensors() const;

    /// What the model's own file says of its tokenizer; null where files of the folder hold it.
    [[nodiscard]] std::shared_ptr<const EmbeddedTokenizer> embedded_tokenizer() const;

    /// The files that hold tensors, in the order of their names.
    [[nodiscard]] std::vector<std::filesystem::path> tensor_files() const;

    /// All weights, sorted by name. A tensor whose dtype is none of DType, such as an int64 buffer,
    /// is no weight: only has_tensor knows it.
    [[nodiscard]] std::vector<TensorInfo> tensors() const;

    [[nodiscard]] bool has_tensor(std::string_view name) const;

    /// Throws Error(bad_input) when there is no such tensor, Error(unsupported) when its dtype is
    /// none of DType.
    [[nodiscard]] TensorView tensor(std::string_view name) const;

    /// The same tensor, to be read by rows. Throws as tensor() does.
    [[nodiscard]] TensorRows rows(std::string_view name) const;

    /// A part of the model, whatever tensor holds it and whatever else that holds: of a fused
    /// projection the rows that are wanted. Its name is the tensor's. Throws as tensor() does.
    [[nodiscard]] TensorView part(Part part, int layer = 0, int expert = 0) const;

    /// Gives the bytes of any tensor, a weight or not, to `sink` piece by piece, in the order that
    /// tensor() has them in, and lets go of the memory that each took. Throws Error(bad_input) when
    /// there is no such tensor.
    void read(std::string_view name,
              const std::function<void(std::span<const std::byte>)>& sink) const;

    /// Lets go of the memory that mapped bytes of a view take in this process. They stay valid.
    void release(const TensorView& view) const;

    /// What lies in the files, in the order of the files' names.
    [[nodiscard]] std::vector<FileListing> list() const;

    /// Hugging Face's config.json: the text of the file, or what params.json or a GGUF file and the
    /// tensors say in its words.
    [[nodiscard]] const std::string& config_json() const;

    /// Number of elements of all tensors().
    [[nodiscard]] std::int64_t parameter_count() const;

    /// A SHA-256 that tells checkpoints apart: over config.json (params.json) and each tensor
    /// file's name, size and header, and its bytes, of which files over 64 MiB give 4 KiB in every
    /// 256 KiB. Throws Error(cancelled) soon after a stop was requested.
    [[nodiscard]] std::string fingerprint(const std::stop_token& stop = {}) const;

  private:
    explicit Checkpoint(std::shared_ptr<const CheckpointContents> contents);

    std::shared_ptr<const CheckpointContents> contents_;
};

}  // namespace headscope
