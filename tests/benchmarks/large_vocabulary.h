#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace headscope {

/// Makes a byte-level BPE tokenizer in the size of Llama 3's, from a text and always the same:
/// merges are learnt from the text until they are rare, and the rest of the `tokens` base tokens
/// are random neighbours of those. Writes `folder`/json/tokenizer.json, with every pair of tokens
/// that makes a token as a merge (as Llama 3's has), and the same as a rank file,
/// `folder`/ranks/tokenizer.model. Nothing is done where both are there.
void make_large_vocabulary(const std::filesystem::path& folder, std::string_view text,
                           std::size_t tokens = 128'000);

}  // namespace headscope
