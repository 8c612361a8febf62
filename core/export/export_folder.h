#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string_view>

#include "core/base/progress.h"
#include "core/export/export.h"

namespace headscope {

/// The folder that an export fills: counts what is written, reports it, and notices a stop before
/// each piece.
class ExportFolder {
  public:
    ExportFolder(std::filesystem::path path, const ExportSystem& system, ProgressThrottle& progress,
                 const std::stop_token& stop)
        : path_(std::move(path)), system_(system), progress_(progress), stop_(stop) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// What is expected in all, for the progress.
    void expect(std::int64_t bytes) { total_ = bytes; }

    /// Before a piece is written. Throws Error(cancelled) where a stop was requested.
    void step() const;

    /// That bytes were written.
    void add(std::int64_t bytes);

    /// A new file with this text.
    void write(std::string_view name, std::string_view text);

    /// A file as it is, under its name.
    void copy(const std::filesystem::path& from);

    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

    /// The last megabyte is there once the folder has its name.
    void report(bool finished = false);

  private:
    std::filesystem::path path_;
    const ExportSystem& system_;
    ProgressThrottle& progress_;
    const std::stop_token& stop_;
    std::int64_t total_ = 0;
    std::int64_t bytes_ = 0;
};

/// The files of a model in one format. Made before anything is written, so that the room that they
/// take is known and what cannot be written is refused.
class ModelWriter {
  public:
    ModelWriter() = default;
    virtual ~ModelWriter() = default;
    ModelWriter(const ModelWriter&) = delete;
    ModelWriter& operator=(const ModelWriter&) = delete;

    /// Of the files with weights.
    [[nodiscard]] virtual std::int64_t weight_bytes() const = 0;
    /// Of all others that are large.
    [[nodiscard]] virtual std::int64_t other_bytes() const { return 0; }
    [[nodiscard]] virtual std::int64_t parameters() const = 0;
    /// For people: what other programs will say, a sentence each.
    [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }

    /// Fills the folder; gives the names of the tensors that differ from the source's.
    virtual std::vector<std::string> write(ExportFolder& folder) = 0;
};

}  // namespace headscope
