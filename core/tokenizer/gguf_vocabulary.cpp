#include "core/tokenizer/gguf_vocabulary.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/gguf_pre_tokenizer.h"
#include "core/tokenizer/json_document.h"
#include "core/tokenizer/sentencepiece_model_file.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"
#include "core/tokenizer/tokenizer_json.h"
#include "core/tokenizer/word_expressions.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_bytes = std::size_t{128} << 20;
constexpr const char* metaspace = "\u2581";

// tokenizer.ggml.token_type
constexpr std::int32_t type_normal = 1;
constexpr std::int32_t type_unknown = 2;
constexpr std::int32_t type_control = 3;
constexpr std::int32_t type_user_defined = 4;
constexpr std::int32_t type_unused = 5;
constexpr std::int32_t type_byte = 6;

constexpr float unused_score = -10000.0F;  // as llama.cpp's converter has them
constexpr float added_score = -1000.0F;

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
}

template <typename... Arguments>
[[noreturn]] void refuse(const fs::path& file, fmt::format_string<Arguments...> what,
                         Arguments&&... arguments) {
    fail(ErrorCode::unsupported,
         "{}: this tokenizer cannot be written into a GGUF file: {}; write the model in Hugging "
         "Face's layout instead",
         file.string(), fmt::format(what, std::forward<Arguments>(arguments)...));
}

/// The tokens of a vocabulary while they are put in their places.
class Places {
  public:
    Places(GgufVocabulary& vocabulary, std::int64_t size, const fs::path& file)
        : vocabulary_(vocabulary), file_(file) {
        const auto count = static_cast<std::size_t>(size);
        vocabulary_.tokens.resize(count);
        vocabulary_.types.assign(count, type_unused);
        vocabulary_.scores.assign(count, unused_score);
        for (std::size_t id = 0; id < count; ++id)
            vocabulary_.tokens[id] = fmt::format("[PAD{}]", id);
    }

    void put(std::int64_t id, std::string text, std::int32_t type, float score) {
        if (id < 0 || id >= static_cast<std::int64_t>(vocabulary_.tokens.size())) {
            fail(ErrorCode::bad_input,
                 "{}: token \"{}\" has the id {}, but the model has {} tokens; do both belong to "
                 "the same model?",
                 file_.string(), text, id, vocabulary_.tokens.size());
        }
        const auto at = static_cast<std::size_t>(id);
        vocabulary_.tokens[at] = std::move(text);
        vocabulary_.types[at] = type;
        vocabulary_.scores[at] = score;
    }

    void put_added(const std::vector<AddedToken>& tokens) {
        for (const AddedToken& token : tokens) {
            if (token.id < 0) continue;
            const auto at = static_cast<std::size_t>(token.id);
            const bool unknown =
                at < vocabulary_.types.size() && vocabulary_.types[at] == type_unknown;
            const std::int32_t type = unknown         ? type_unknown
                                      : token.special ? type_control
                                                      : type_user_defined;
            put(token.id, token.content, type, added_score);
        }
    }

  private:
    GgufVocabulary& vocabulary_;
    const fs::path& file_;
};

/// Adds the expressions that a pre_tokenizer cuts words by. Returns false for a step that GGUF has
/// no word for.
bool add_expressions(const JsonValue& step, std::vector<std::string>& expressions) {
    const std::string_view type = step.at("type").text();
    if (type == "Sequence") {
        const std::vector<JsonValue> steps = step.at("pretokenizers").items();
        return std::all_of(steps.begin(), steps.end(), [&](const JsonValue& inner) {
            return add_expressions(inner, expressions);
        });
    }
    if (type == "Split") {
        const auto expression = step.at("pattern").find("Regex");
        if (!expression || step.at("behavior").text() != "Isolated" ||
            step.boolean("invert", false))
            return false;
        expressions.emplace_back(expression->text());
        return true;
    }
    if (type == "Digits") {
        expressions.emplace_back(step.boolean("individual_digits", false) ? "\\p{N}" : "\\p{N}+");
        return true;
    }
    if (type != "ByteLevel" || step.boolean("add_prefix_space", true)) return false;
    if (step.boolean("use_regex", true)) expressions.emplace_back(gpt2_expression);
    return true;
}

/// Whether a step of this type stands in a normalizer or pre_tokenizer.
bool has_step(const std::optional<JsonValue>& value, std::string_view members,
              std::string_view type) {
    if (!value) return false;
    if (value->at("type").text() == type) return true;
    const auto steps = value->find(members);
    if (!steps) return false;
    const std::vector<JsonValue> items = steps->items();
    return std::any_of(items.begin(), items.end(),
                       [&](const JsonValue& item) { return has_step(item, members, type); });
}

void read_byte_level(const JsonValue& root, const fs::path& file, GgufVocabulary& vocabulary) {
    const JsonValue model = root.at("model");
    vocabulary.model = "gpt2";
    if (has_step(root.find("normalizer"), "normalizers", "Prepend") ||
        has_step(root.find("normalizer"), "normalizers", "Replace"))
        refuse(file, "its normalizer replaces text");
    std::vector<std::string> expressions;
    const bool known = add_expressions(root.at("pre_tokenizer"), expressions);
    vocabulary.pre =
        known ? gguf_pre_tokenizer_name(expressions, model.boolean("ignore_merges", false))
              : std::string_view();
    if (vocabulary.pre.empty())
        refuse(file, "llama.cpp has no name for the way it cuts text into words (pre_tokenizer)");
    for (const auto& [left, right] : read_merges(model.at("merges")))
        vocabulary.merges.push_back(fmt::format("{} {}", left, right));
}

bool is_byte_token(std::string_view token) {
    return token.size() == 6 && token.starts_with("<0x") && token.ends_with('>');
}

/// SentencePiece merges what has the highest score; a tokenizer.json what stands first.
void score_by_merges(const JsonValue& model, GgufVocabulary& vocabulary) {
    Vocabulary ids;
    ids.reserve(vocabulary.tokens.size());
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
        ids.insert(vocabulary.tokens[id], static_cast<std::int32_t>(id));
    std::vector<bool> scored(vocabulary.tokens.size(), false);
    float score = 0.0F;
    for (const auto& [left, right] : read_merges(model.at("merges"))) {
        const std::int32_t* id = ids.find(fmt::format("{}{}", left, right));
        if (id == nullptr || scored[static_cast<std::size_t>(*id)]) continue;
        scored[static_cast<std::size_t>(*id)] = true;
        vocabulary.scores[static_cast<std::size_t>(*id)] = score;
        score -= 1.0F;
    }
}

GgufVocabulary read_json(const fs::path& file, const TokenizerConfig& config, std::int64_t size) {
    const JsonDocument document(read_text_file(file, max_bytes), file.string());
    const JsonValue root = document.root();
    const JsonValue model = root.at("model");
    if (model.text("type", "BPE") != "BPE") refuse(file, "it is no byte-pair encoding");
    GgufVocabulary vocabulary;
    Places places(vocabulary, size, file);
    const auto [ids, count] = read_vocabulary(model.at("vocab"));
    ids.for_each([&](std::string_view text, std::int32_t id) {
        places.put(id, std::string(text), type_normal, unused_score);
    });
    if (const auto unknown = model.find("unk_token")) {
        if (const std::int32_t* id = ids.find(unknown->text()))
            vocabulary.unknown_id = static_cast<std::uint32_t>(*id);
    }
    const bool byte_level = has_step(root.find("pre_tokenizer"), "pretokenizers", "ByteLevel");
    if (byte_level) {
        read_byte_level(root, file, vocabulary);
    } else {
        if (!model.boolean("byte_fallback", false))
            refuse(file, "it has no tokens for single bytes");
        vocabulary.model = "llama";
        vocabulary.pre = "default";
        vocabulary.add_space_prefix =
            has_step(root.find("normalizer"), "normalizers", "Prepend") ||
            (has_step(root.find("pre_tokenizer"), "pretokenizers", "Metaspace") &&
             root.at("pre_tokenizer").text("prepend_scheme", "always") != "never");
        score_by_merges(model, vocabulary);
        for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
            if (is_byte_token(vocabulary.tokens[id])) vocabulary.types[id] = type_byte;
        if (vocabulary.unknown_id) vocabulary.types[*vocabulary.unknown_id] = type_unknown;
    }
    places.put_added(number_added_tokens(read_added_tokens(root, config), count,
                                         [&ids = ids](std::string_view token) {
                                             const std::int32_t* id = ids.find(token);
                                             return id == nullptr ? -1 : *id;
                                         }));
    if (byte_level) vocabulary.scores.clear();
    return vocabulary;
}

GgufVocabulary read_sentencepiece(const fs::path& file, const TokenizerConfig& config,
                                  std::int64_t size) {
    const std::string bytes = read_text_file(file, max_bytes);
    if (!is_sentencepiece_model(bytes)) {
        refuse(file,
               "it is a list of ranks (tiktoken), from which merges do not follow; put the "
               "tokenizer.json of the same model beside it");
    }
    if (!is_whole_sentencepiece_model(bytes)) {
        fail(ErrorCode::bad_input,
             "{}: the SentencePiece model is cut short or damaged; download it again",
             file.string());
    }
    const SentencePieceFile model = read_sentencepiece_file(bytes);
    if (!model.is_bpe) refuse(file, "it is no byte-pair encoding");
    GgufVocabulary vocabulary;
    vocabulary.model = "llama";
    vocabulary.pre = "default";
    vocabulary.add_space_prefix = model.add_dummy_prefix;
    Places places(vocabulary, size, file);
    Vocabulary ids;
    std::int32_t id = 0;
    for (const SentencePieceFile::Piece& piece : model.pieces) {
        places.put(id, piece.text, static_cast<std::int32_t>(piece.type), piece.score);
        if (piece.type == SentencePieceFile::Type::unknown)
            vocabulary.unknown_id = static_cast<std::uint32_t>(id);
        ids.insert(piece.text, id++);
    }
    std::vector<AddedToken> added =
        number_added_tokens(config.added_tokens(), id, [&](std::string_view token) {
            const std::int32_t* found = ids.find(token);
            return found == nullptr ? -1 : *found;
        });
    // What the model has already keeps its type and score.
    std::erase_if(added, [&](const AddedToken& token) { return token.id < id; });
    places.put_added(added);
    return vocabulary;
}

/// chat_template.jinja, or what tokenizer_config.json says; of several the one named "default".
std::string read_chat_template(const fs::path& model_dir) {
    const fs::path own = model_dir / "chat_template.jinja";
    if (is_there(own)) return read_text_file(own, max_bytes);
    const fs::path config = model_dir / "tokenizer_config.json";
    if (!is_there(config)) return {};
    const JsonDocument document(read_text_file(config, max_bytes), config.string());
    const auto value = document.root().find("chat_template");
    if (!value) return {};
    if (value->is_text()) return std::string(value->text());
    if (!value->is_array()) return {};
    for (const JsonValue& one : value->items())
        if (one.text("name", "") == "default") return std::string(one.text("template", ""));
    return {};
}

}  // namespace

GgufVocabulary read_gguf_vocabulary(const fs::path& model_dir, std::int64_t size) {
    const std::unique_ptr<const Tokenizer> tokenizer = open_tokenizer(model_dir);
    const TokenizerConfig config = TokenizerConfig::open(model_dir);
    const fs::path json = model_dir / "tokenizer.json";
    const fs::path model = model_dir / "tokenizer.model";
    const bool is_json = is_there(json);
    if (!is_json && !is_there(model))
        refuse(model_dir / "vocab.json", "only tokenizer.json and tokenizer.model can be");
    // A SentencePiece model knows the scores that a tokenizer.json was made from.
    const bool has_scores = is_there(model) && tokenizer->kind() != "byte-level BPE";
    GgufVocabulary vocabulary = is_json && !has_scores ? read_json(json, config, size)
                                                       : read_sentencepiece(model, config, size);
    if (const auto bos = tokenizer->bos_id()) {
        vocabulary.bos_id = static_cast<std::uint32_t>(*bos);
        vocabulary.add_bos = true;
    }
    vocabulary.chat_template = read_chat_template(model_dir);
    return vocabulary;
}

}  // namespace headscope
