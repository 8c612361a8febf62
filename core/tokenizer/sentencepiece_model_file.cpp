#include "core/tokenizer/sentencepiece_model_file.h"

#include <bit>
#include <cstdint>
#include <optional>
#include <utility>

// A SentencePiece model is a protobuf message, ModelProto in sentencepiece_model.proto:
//   repeated SentencePiece pieces = 1;    SentencePiece { string piece = 1; float score = 2; ... }
//   TrainerSpec trainer_spec = 2;  NormalizerSpec normalizer_spec = 3;  ... extensions from 200
// All its fields are length-delimited, and writers begin with the pieces. The wire format is at
// https://protobuf.dev/programming-guides/encoding/

namespace headscope {
namespace {

constexpr std::uint64_t length_delimited = 2;
constexpr std::uint64_t first_field = (1 << 3) | length_delimited;

/// Takes a base-128 number from the front of `bytes`.
std::optional<std::uint64_t> take_number(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    return std::nullopt;
}

struct Field {
    std::uint64_t tag = 0;
    std::string_view content;
};

/// A field of any wire type.
struct AnyField {
    std::uint64_t number = 0;    ///< of the field
    std::uint64_t value = 0;     ///< of a number of fixed or variable length
    std::string_view content{};  ///< of what is length-delimited
};

/// Takes `bytes` of a little-endian number.
std::optional<std::uint64_t> take_fixed(std::string_view& from, std::size_t bytes) {
    if (from.size() < bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << 8 * i;
    from.remove_prefix(bytes);
    return value;
}

std::optional<AnyField> take_any(std::string_view& bytes) {
    const auto tag = take_number(bytes);
    if (!tag) return std::nullopt;
    AnyField field{*tag >> 3};
    std::optional<std::uint64_t> value;
    switch (*tag & 7) {
        case 0:
            value = take_number(bytes);
            break;
        case 1:
            value = take_fixed(bytes, 8);
            break;
        case length_delimited:
            value = take_number(bytes);
            if (!value || *value > bytes.size()) return std::nullopt;
            field.content = bytes.substr(0, *value);
            bytes.remove_prefix(*value);
            break;
        case 5:
            value = take_fixed(bytes, 4);
            break;
        default:
            break;
    }
    if (!value) return std::nullopt;
    field.value = *value;
    return field;
}

SentencePieceFile::Piece read_piece(std::string_view bytes) {
    SentencePieceFile::Piece piece;
    while (const auto field = take_any(bytes)) {
        if (field->number == 1) piece.text = field->content;
        if (field->number == 2)
            piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
        if (field->number == 3 && field->value >= 1 && field->value <= 6)
            piece.type = static_cast<SentencePieceFile::Type>(field->value);
    }
    return piece;
}

/// Takes a length-delimited field from the front of `bytes`; nothing where none is whole there.
std::optional<Field> take_field(std::string_view& bytes) {
    const auto tag = take_number(bytes);
    if (!tag || (*tag & 7) != length_delimited || *tag >> 3 == 0) return std::nullopt;
    const auto size = take_number(bytes);
    if (!size || *size > bytes.size()) return std::nullopt;
    const Field field{*tag, bytes.substr(0, *size)};
    bytes.remove_prefix(*size);
    return field;
}

}  // namespace

bool is_sentencepiece_model(std::string_view bytes) {
    const auto record = take_field(bytes);
    if (!record || record->tag != first_field) return false;
    std::string_view piece = record->content;
    const auto text = take_field(piece);
    return text && text->tag == first_field;
}

bool is_whole_sentencepiece_model(std::string_view bytes) {
    if (!is_sentencepiece_model(bytes)) return false;
    while (!bytes.empty()) {
        if (!take_field(bytes)) return false;
    }
    return true;
}

Vocabulary read_sentencepiece_pieces(std::string_view bytes) {
    Vocabulary pieces;
    std::int32_t id = 0;
    while (auto record = take_field(bytes)) {
        if (record->tag != first_field) continue;
        std::string_view piece = record->content;
        const auto text = take_field(piece);
        if (text && text->tag == first_field) pieces.insert(text->content, id);
        ++id;
    }
    return pieces;
}

SentencePieceFile read_sentencepiece_file(std::string_view bytes) {
    constexpr std::uint64_t bpe = 2;  // TrainerSpec.ModelType
    SentencePieceFile file;
    while (const auto record = take_any(bytes)) {
        std::string_view fields = record->content;
        if (record->number == 1) {
            file.pieces.push_back(read_piece(fields));
        } else if (record->number == 2) {
            while (const auto field = take_any(fields))
                if (field->number == 3) file.is_bpe = field->value == bpe;
        } else if (record->number == 3) {
            while (const auto field = take_any(fields)) {
                if (field->number == 3) file.add_dummy_prefix = field->value != 0;
                if (field->number == 4) file.remove_extra_whitespaces = field->value != 0;
            }
        }
    }
    return file;
}

std::string without_dummy_prefix(std::string bytes) {
    // A second normalizer_spec (field 3) is merged into the first: add_dummy_prefix (3) is 0.
    constexpr std::string_view spec("\x1A\x02\x18\x00", 4);
    return std::move(bytes.append(spec));
}

}  // namespace headscope
