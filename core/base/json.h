#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace headscope {

/// Parses JSON as Python's json module reads it (json_text.h), but with no duplicate keys at any
/// level, no more than 64 levels deep and valid UTF-8. Integers beyond 64 bits become doubles.
/// `source` is the file's name for error texts. Throws Error(bad_input), which says what the text
/// is instead of JSON.
nlohmann::json parse_json(std::string_view text, std::string_view source);

/// The same with the keys of objects in the order of the text.
nlohmann::ordered_json parse_ordered_json(std::string_view text, std::string_view source);

/// Reads and parses a JSON file of at most `max_bytes`. Throws Error(bad_input) naming the file.
nlohmann::json read_json_file(const std::filesystem::path& path,
                              std::size_t max_bytes = std::size_t{256} << 20);

/// JSON on one line. Bytes that are not UTF-8, as in the name of a file, become U+FFFD.
std::string dump_line(const nlohmann::ordered_json& value);

/// JSON for people and programs: objects indented, arrays of numbers and strings on one line.
std::string dump_readable(const nlohmann::ordered_json& value);

}  // namespace headscope
