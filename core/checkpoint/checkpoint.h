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

#include "core/checkpoint/dtype.h"
#include "core/checkpoint/file_listing.h"
#include "core/checkpoint/model_config.h"
#include "core/checkpoint/model_files.h"

namespace headscope {

/// One tensor of a checkpoint, without its data.
struct TensorInfo {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;
    std::filesystem::path file;  ///< the first, where it is joined from several

    [[nodiscard]] std::int64_t elements() const;
};

/// A tensor's bytes: row-major, little-endian, and not always aligned to the size of an element.
/// They lie in the mapped file, or, where Meta's layout has the tensor in pieces or its rows in
/// another order, in a buffer that was made for this view. `owner` keeps them for as long as the
/// view exists.
struct TensorView {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

/// A model folder: its config and its tensors, memory-mapped, under Hugging Face's names and in its
/// order of rows whatever the layout. Opening reads headers only; the bytes of a tensor are read
/// when they are touched, or asked for where they must be put together. Copies share the mapping.
/// Safe to read from many threads.
class Checkpoint {
  public:
    /// Opens a model folder or any of its files (config.json, a shard, the index). Where a folder
    /// has both Hugging Face's layout and Meta's, the former is taken. Throws Error(bad_input) or
    /// Error(unsupported) that names the file and the tensor or field when the config is wrong, a
    /// file breaks a rule of its format, or a tensor that the config asks for is missing, has
    /// another shape, or a dtype that is none of DType.
    static Checkpoint open(const std::filesystem::path& path);

    [[nodiscard]] ModelLayout layout() const;
    [[nodiscard]] const std::filesystem::path& directory() const;
    [[nodiscard]] const ModelConfig& config() const;

    /// The files that hold tensors, in the order of their names.
    [[nodiscard]] const std::vector<std::filesystem::path>& tensor_files() const;

    /// All weights, sorted by name. A tensor whose dtype is none of DType, such as an int64 buffer,
    /// is no weight: only has_tensor knows it.
    [[nodiscard]] std::vector<TensorInfo> tensors() const;

    [[nodiscard]] bool has_tensor(std::string_view name) const;

    /// Throws Error(bad_input) when there is no such tensor, Error(unsupported) when its dtype is
    /// none of DType.
    [[nodiscard]] TensorView tensor(std::string_view name) const;

    /// Gives the bytes of any tensor, a weight or not, to `sink` piece by piece, in the order that
    /// tensor() has them in, and lets go of the memory that each took. Throws Error(bad_input) when
    /// there is no such tensor.
    void read(std::string_view name,
              const std::function<void(std::span<const std::byte>)>& sink) const;

    /// Lets go of the memory that mapped bytes of a view take in this process. They stay valid.
    void release(const TensorView& view) const;

    /// What lies in the files, in the order of the files' names.
    [[nodiscard]] std::vector<FileListing> list() const;

    /// Hugging Face's config.json: the text of the file, or, for Meta's layout, what params.json
    /// and the tensors say in its words.
    [[nodiscard]] const std::string& config_json() const;

    /// Number of elements of all tensors().
    [[nodiscard]] std::int64_t parameter_count() const;

    /// A SHA-256 that tells checkpoints apart: over config.json (params.json) and each tensor
    /// file's name, size and header, and its bytes, of which files over 64 MiB give 4 KiB in every
    /// 256 KiB. Throws Error(cancelled) soon after a stop was requested.
    [[nodiscard]] std::string fingerprint(const std::stop_token& stop = {}) const;

  private:
    struct Contents;
    explicit Checkpoint(std::shared_ptr<const Contents> contents);

    std::shared_ptr<const Contents> contents_;
};

}  // namespace headscope
