#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace headscope {

/// A new file that is written from its beginning to its end. What is written goes to the disk while
/// it is being written, so that a slow disk slows the writer down evenly, and the end of a large
/// file takes no longer than any other part of it. Throws Error(bad_input) that names the file and
/// the reason wherever something fails.
class OutputFile {
  public:
    /// The file must not exist.
    explicit OutputFile(const std::filesystem::path& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);

    /// Bytes written so far.
    [[nodiscard]] std::int64_t size() const { return size_; }

    /// Forces everything to the disk and closes the file.
    void finish();

  private:
    [[noreturn]] void fail_to_write(int error) const;
    void start_write_back();

    std::filesystem::path path_;
    int file_ = -1;
    std::int64_t size_ = 0;
    std::int64_t started_ = 0;  ///< bytes whose way to the disk was started
    std::int64_t waited_ = 0;   ///< bytes that have arrived there
};

}  // namespace headscope
