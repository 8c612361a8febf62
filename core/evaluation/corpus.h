#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/evaluation/protocol.h"

namespace headscope {

/// What the lines of a corpus are.
enum class CorpusLayout {
    plain,
    wikitext,   ///< rows of the dataset, as in wiki.test.raw: the first is a heading, " = Title = "
    sentences,  ///< of the Penn Treebank, as in ptb.test.txt: each between two spaces
    documents,  ///< JSON with a "text", as in C4's files
};

/// A text to evaluate on.
struct Corpus {
    std::string name;    ///< "wikitext-2 test", or the file's name, with what was taken of it
    std::string text;    ///< UTF-8, without a byte order mark; lines end with "\n" alone
    std::string sha256;  ///< of the file as it lies on the disk
    CorpusLayout layout = CorpusLayout::plain;

    /// How many windows a protocol takes of it at most; 0: all.
    [[nodiscard]] std::int64_t max_windows(Protocol protocol) const;
};

/// The corpus at `path`, a text file of at most 1 GiB, or such a file packed with gzip; the test
/// split of WikiText-2 that ships with Headscope where it is empty. A byte order mark in front is
/// left out, and "\r\n" is read as "\n", as Python reads text files: so a copy that was made on
/// Windows gives the same tokens.
///
/// Of JSON lines (files called .json, .jsonl or .ndjson, and those whose first line is an object
/// with a "text") the first 1,100 documents are taken, joined with a space, as GPTQ, SparseGPT and
/// Wanda take C4's validation split.
///
/// Throws Error(bad_input) for a file that is missing, empty, damaged or not UTF-8, or a line
/// without "text", and Error(unsupported) for one that is packed otherwise or in another format
/// (zip, Parquet, ...), saying how to convert it.
Corpus load_corpus(const std::filesystem::path& path);

/// What is tokenized under a protocol. For `gptq` the lines of a WikiText file are the rows of the
/// Hugging Face dataset, where a blank line is the empty string and others keep their newline,
/// joined with "\n\n"; the sentences of the Penn Treebank are stripped and joined with
/// `sentence_separator`. Any other text, and every text for `llama.cpp`, is taken as it is.
std::string protocol_text(const Corpus& corpus, Protocol protocol,
                          std::string_view sentence_separator = " ");

}  // namespace headscope
