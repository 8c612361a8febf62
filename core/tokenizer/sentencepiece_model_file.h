#pragma once

#include <string_view>

namespace headscope {

/// Whether `bytes` begin as the file of a SentencePiece model does: with the record of a first
/// piece. Neither JSON nor a list of ranks does.
bool is_sentencepiece_model(std::string_view bytes);

/// Whether the records of such a file follow one another without a break up to its end. A file that
/// was cut short or overwritten in part fails here, before SentencePiece sees it.
bool is_whole_sentencepiece_model(std::string_view bytes);

}  // namespace headscope
