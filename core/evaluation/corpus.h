#pragma once

#include <filesystem>
#include <string>

#include "core/evaluation/protocol.h"

namespace headscope {

/// A text to evaluate on.
struct Corpus {
    std::string name;    ///< "wikitext-2 test", or the file's name
    std::string text;    ///< UTF-8, without a byte order mark; lines end with "\n" alone
    std::string sha256;  ///< of the file as it lies on the disk
};

/// The corpus at `path`, a text file of at most 1 GiB; the test split of WikiText-2 that ships with
/// Headscope where it is empty. A byte order mark in front is left out, and "\r\n" is read as "\n",
/// as Python reads text files: so a copy that was made on Windows gives the same tokens.
///
/// Throws Error(bad_input) for a file that is missing, empty or not UTF-8, and Error(unsupported)
/// for one that is packed or in another format (gzip, zip, Parquet, ...), saying how to convert it.
Corpus load_corpus(const std::filesystem::path& path);

/// Whether the text has the layout of WikiText's raw files (wiki.test.raw and its like), where each
/// line is a row of the dataset: its first line that is not blank is a heading, " = Title = ".
bool has_rows(const Corpus& corpus);

/// What is tokenized under a protocol. For `gptq` the lines of a WikiText file are the rows of the
/// Hugging Face dataset, where a blank line is the empty string and others keep their newline,
/// joined with "\n\n". Any other text, and every text for `llama.cpp`, is taken as it is.
std::string protocol_text(const Corpus& corpus, Protocol protocol);

}  // namespace headscope
