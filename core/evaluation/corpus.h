#pragma once

#include <filesystem>
#include <string>

#include "core/evaluation/protocol.h"

namespace headscope {

/// A text to evaluate on, as it lies on the disk.
struct Corpus {
    std::string name;    ///< "wikitext-2 test", or the file's name
    std::string raw;     ///< the file's bytes
    std::string sha256;  ///< of `raw`
};

/// The corpus at `path`; the test split of WikiText-2 that ships with Headscope where it is empty.
/// Throws Error(bad_input) for a file that is missing, empty or not UTF-8 text.
Corpus load_corpus(const std::filesystem::path& path);

/// What is tokenized under a protocol. For `gptq` the lines are the rows of the Hugging Face
/// dataset, where a blank line is the empty string and others keep their newline, joined with
/// "\n\n"; for `llama.cpp` the file as it is.
std::string protocol_text(const Corpus& corpus, Protocol protocol);

}  // namespace headscope
