#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tokenizer/bpe_model.h"
#include "core/tokenizer/json_document.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"

namespace headscope {

/// A byte-pair tokenizer from the text of a tokenizer.json of the Hugging Face tokenizers library
/// and what stands beside it in tokenizer_config.json. `source` is the file's name, for error
/// texts. All but the vocabulary is read at once; that follows with the first use.
///
/// Whether a text begins with BOS: bos_beside_tokenizer_json. A token that the post-processor would
/// put behind the text is left out: no protocol scores it. Added tokens of the configuration that
/// the file does not have follow its own.
///
/// Throws Error(bad_input) where the file is damaged, Error(unsupported) where it has a part that
/// Headscope does not read, naming it.
std::unique_ptr<const Tokenizer> parse_tokenizer_json(std::string text, const std::string& source,
                                                      const TokenizerConfig& config = {});

/// The same from GPT-2's pair of files: vocab.json and merges.txt. They do not say how text is cut
/// into words, so the configuration must name the class: GPT2Tokenizer or Qwen2Tokenizer. `sources`
/// are the names of the two files.
struct VocabularyAndMerges {
    std::string vocabulary;
    std::string merges;
};
std::unique_ptr<const Tokenizer> parse_vocabulary_and_merges(const VocabularyAndMerges& texts,
                                                             const VocabularyAndMerges& sources,
                                                             const TokenizerConfig& config);

/// An object of tokens and their ids, and one more than the highest id.
std::pair<Vocabulary, std::int32_t> read_vocabulary(const JsonValue& value);

/// "merges" of a tokenizer.json. The texts live as long as its document.
MergeListModel::Merges read_merges(const JsonValue& merges);

/// "added_tokens" of a tokenizer.json with those of the configuration behind them, without ids.
std::vector<AddedToken> read_added_tokens(const JsonValue& root, const TokenizerConfig& config);

/// The merge that a line of merges.txt or of a tokenizer.json is, "a b"; nothing where it is not
/// two tokens. A line that begins with "#version" is a heading and no merge, wherever it stands.
std::optional<std::pair<std::string_view, std::string_view>> split_merge(std::string_view line);
bool is_version_line(std::string_view line);

}  // namespace headscope
