#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/bpe_model.h"

namespace headscope {

/// Whether `bytes` begin as the file of a SentencePiece model does: with the record of a first
/// piece. Neither JSON nor a list of ranks does.
bool is_sentencepiece_model(std::string_view bytes);

/// Whether the records of such a file follow one another without a break up to its end. A file that
/// was cut short or overwritten in part fails here, before SentencePiece sees it.
bool is_whole_sentencepiece_model(std::string_view bytes);

/// The pieces of such a file by their text; a piece's id is its place. Where two are equal, the
/// first counts.
Vocabulary read_sentencepiece_pieces(std::string_view bytes);

/// What such a file holds besides, under the names of sentencepiece_model.proto.
struct SentencePieceFile {
    enum class Type { normal = 1, unknown, control, user_defined, unused, byte };  ///< as GGUF's
    struct Piece {
        std::string text;
        float score = 0.0F;
        Type type = Type::normal;
    };
    std::vector<Piece> pieces;  ///< by id
    bool is_bpe = false;        ///< otherwise unigram, words or characters
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
};
/// Of what is damaged the rest is left out; check is_whole_sentencepiece_model() first.
SentencePieceFile read_sentencepiece_file(std::string_view bytes);

/// The same model with add_dummy_prefix off: a text gets no space in front.
std::string without_dummy_prefix(std::string bytes);

}  // namespace headscope
