#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace headscope {

/// Reads a regular file of at most `max_bytes` whole. Throws Error(bad_input) naming the file and
/// saying whether it is missing, a directory, unreadable or too large.
std::string read_text_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Makes a folder, and those that it lies in; nothing where it is there. Throws Error(bad_input).
void make_folder(const std::filesystem::path& path);

/// Writes a file whole or not at all: the bytes go to a temporary file beside `path`, are forced to
/// the disk, and take the name by rename(2). Whatever fails (a full disk, no permission, a missing
/// folder), an existing file stays as it was, the temporary file is removed, and Error(bad_input)
/// names the path and the reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace headscope
