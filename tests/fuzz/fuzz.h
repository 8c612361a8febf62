#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "core/base/error.h"

/// What the fuzz targets share. A target takes bytes as a file would have them; whatever they are,
/// it may throw Error with a text, and nothing else.
namespace headscope::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Bytes as a file, which is kept in memory.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
        if (fd_ < 0 ||
            ::write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
            std::abort();
        }
    }
    ~MemoryFile() { ::close(fd_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    [[nodiscard]] std::filesystem::path path() const {
        return "/proc/self/fd/" + std::to_string(fd_);
    }

  private:
    int fd_;
};

inline volatile unsigned sink = 0;

/// Every byte is read, so that one outside of what is mapped shows.
inline void touch(std::span<const std::byte> bytes) {
    unsigned sum = 0;
    for (const std::byte byte : bytes)
        sum += std::to_integer<unsigned>(byte);
    sink = sum;
}

/// Runs `action` and lets no Error out of it, if that says something.
template <typename Action>
int expect_error_or_nothing(Action action) {
    try {
        action();
    } catch (const Error& error) {
        if (std::string_view(error.what()).empty() || error.code() == ErrorCode::internal) {
            std::abort();
        }
    }
    return 0;
}

}  // namespace headscope::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
