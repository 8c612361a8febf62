#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.h"

namespace headscope {

/// Throws Error(bad_input) that says what is wrong with a file and to download it again.
template <typename... Args>
[[noreturn]] void damaged(const std::filesystem::path& file, fmt::format_string<Args...> text,
                          Args&&... args) {
    fail(ErrorCode::bad_input, "{}: {}; the file is damaged or incomplete, download it again",
         file.string(), fmt::format(text, std::forward<Args>(args)...));
}

/// The first bytes of a file: enough to tell what it is.
inline std::string_view beginning(std::span<const std::byte> bytes) {
    constexpr std::size_t kEnough = 512;
    return {reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kEnough)};
}

/// Says so where `bytes` are what stands in place of a large file in a repository that was cloned
/// without git-lfs.
inline void refuse_lfs_pointer(std::string_view bytes, const std::filesystem::path& file) {
    if (bytes.starts_with("version https://git-lfs")) {
        fail(ErrorCode::bad_input,
             "{}: a Git LFS pointer, not the file itself; run \"git lfs pull\" in its folder",
             file.string());
    }
}

/// Throws Error that says what a file is whose first bytes are not those of its name, and what to
/// do; returns where they tell nothing.
void refuse_other_kind(std::string_view first_bytes, const std::filesystem::path& file);

/// The text of config.json or params.json. Throws Error(bad_input) that says what the file is where
/// it is something else, such as the pointer of Git LFS or a web page.
std::string read_config_text(const std::filesystem::path& path);

/// A name out of a file that may be hostile, fit for a message: what could steer a terminal becomes
/// "?", and what is too long is cut.
inline std::string printable(std::string_view name) {
    constexpr std::size_t kLongest = 120;
    std::string text(name.substr(0, kLongest));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    if (name.size() > kLongest) text += "...";
    return text;
}

}  // namespace headscope
