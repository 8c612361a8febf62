#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headscope {

/// Documents of JSON lines, such as C4's: {"text": ...} a line.
struct JsonDocuments {
    std::string joined;     ///< the texts of the first documents, with a space between each two
    std::size_t lines = 0;  ///< of the whole file that are not blank
};

/// Whether a file is JSON lines: by its name (.json, .jsonl, .ndjson, also with .gz), or because
/// its first line is an object with a "text".
bool has_json_lines(std::string_view bytes, std::string_view file_name);

/// Reads the first `most` documents. `source` is the file's name for error texts. Throws
/// Error(bad_input) that names the line for one that is no JSON or has no text.
JsonDocuments read_json_documents(std::string_view bytes, std::size_t most,
                                  std::string_view source);

}  // namespace headscope
