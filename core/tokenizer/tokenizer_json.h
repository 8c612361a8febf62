#pragma once

#include <memory>
#include <string>

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"

namespace headscope {

/// A byte-pair tokenizer from the text of a tokenizer.json of the Hugging Face tokenizers library
/// and what stands beside it in tokenizer_config.json. `source` is the file's name, for error
/// texts. All but the vocabulary is read at once; that follows with the first use.
///
/// A text begins with BOS where the configuration says `add_bos_token` (as transformers' Llama
/// classes do it), otherwise where the post-processor puts a token in front. A token that it would
/// put behind the text is left out: no protocol scores it.
///
/// Throws Error(bad_input) where the file is damaged, Error(unsupported) where it has a part that
/// Headscope does not read, naming it.
std::unique_ptr<const Tokenizer> parse_tokenizer_json(std::string text, const std::string& source,
                                                      const TokenizerConfig& config = {});

/// The same from GPT-2's pair of files: vocab.json and merges.txt. They do not say how text is cut
/// into words, so the configuration must name the class: GPT2Tokenizer or Qwen2Tokenizer. `sources`
/// are the names of the two files and `config_text` is that of tokenizer_config.json.
struct VocabularyAndMerges {
    std::string vocabulary;
    std::string merges;
    std::string config;
};
std::unique_ptr<const Tokenizer> parse_vocabulary_and_merges(const VocabularyAndMerges& texts,
                                                             const VocabularyAndMerges& sources);

}  // namespace headscope
