#pragma once

#include <algorithm>
#include <filesystem>
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

/// Says so where `bytes` are what stands in place of a large file in a repository that was cloned
/// without git-lfs.
inline void refuse_lfs_pointer(std::string_view bytes, const std::filesystem::path& file) {
    if (bytes.starts_with("version https://git-lfs")) {
        fail(ErrorCode::bad_input,
             "{}: a Git LFS pointer, not the file itself; run \"git lfs pull\" in its folder",
             file.string());
    }
}

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
