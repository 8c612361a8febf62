#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace headscope {

/// A regular file mapped for reading: its bytes come from the disk when they are touched and are
/// valid as long as the object lives. As with every mapping, a file that another program shortens
/// meanwhile ends the process when the lost part is touched.
class MappedFile {
  public:
    /// Throws Error(bad_input) that names the file and says whether it is missing, a link to
    /// nothing, a directory, unreadable or empty.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// The whole file; never empty.
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

    /// Starts to read a part of the file, and no more than it. Without this hint a touch also reads
    /// what lies around it: up to several MB, where the disk is set up so.
    void prefetch(std::span<const std::byte> part) const noexcept;

    /// Lets go of the memory that a part takes in this process, which counts whatever was touched.
    /// The bytes stay valid; the next touch brings them back.
    void release(std::span<const std::byte> part) const noexcept;

    /// Whether a part lies in this file.
    [[nodiscard]] bool contains(std::span<const std::byte> part) const noexcept;

  private:
    void advise(std::span<const std::byte> part, int advice) const noexcept;

    std::filesystem::path path_;
    std::span<const std::byte> bytes_;
};

}  // namespace headscope
