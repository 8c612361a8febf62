#include "core/tokenizer/gguf_pre_tokenizer.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/tokenizer/word_expressions.h"

// The names are those of llama.cpp's conversion script; the expressions are those of the models'
// own tokenizer.json files. Where llama.cpp only comes near one (upper and lower case of "tekken"
// and "gpt-4o"), the model's own counts: it was trained with that.

namespace headscope {
namespace {

constexpr const char* digit = R"(\p{N})";
constexpr const char* three_digits = R"(\p{N}{1,3})";
constexpr const char* line_ends = R"([\r\n])";
constexpr const char* han = R"([\x{4E00}-\x{9FA5}\x{800}-\x{4E00}\x{AC00}-\x{D7FF}]+)";
constexpr const char* han_and_kana = R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)";

// Cased letters of the scripts that DeepSeek LLM knew.
constexpr const char* deepseek_letters =
    R"(\s?[)"
    R"(A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF})"
    R"(\x{1C4}-\x{293}\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D})"
    R"(\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5})"
    R"(\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5})"
    R"(\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF})"
    R"(\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15})"
    R"(\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59})"
    R"(\x{1F5B}\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE})"
    R"(\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB})"
    R"(\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107})"
    R"(\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128})"
    R"(\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149})"
    R"(\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE})"
    R"(\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F})"
    R"(\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06})"
    R"(\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F})"
    R"(\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2})"
    R"(\x{118A0}-\x{118DF}\x{1E900}-\x{1E943})"
    R"(]+)";
constexpr const char* deepseek_punctuation =
    R"(\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+)";
constexpr const char* deepseek3_expression =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|)"
    R"( ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// Words by their case, with the contractions of English (o200k) and without (tekken).
constexpr const char* o200k_expression =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* tekken_expression =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|)"
    R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// Qwen2's with changes.
constexpr const char* qwen35_expression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|)"
    R"( ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* seed_coder_expression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* bailing_expression =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr const char* exaone_moe_expression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr const char* minicpm5_expression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";

/// Names that share a rule.
struct Rule {
    std::array<const char*, 6> expressions{};
    bool ignore_merges = false;
    bool add_bos = false;
    std::span<const std::string_view> names;
};

constexpr std::array<std::string_view, 9> llama3_names = {"llama-bpe", "llama3",    "llama-v3",
                                                          "falcon3",   "falcon-h1", "pixtral",
                                                          "midm-2.0",  "lfm2",      "jina-v5-nano"};
constexpr std::array<std::string_view, 4> llama3_plain_names = {"dbrx", "smaug-bpe", "glm4",
                                                                "chatglm-bpe"};
constexpr std::array<std::string_view, 15> gpt2_names = {
    "gpt-2",       "phi-2",   "gigachat", "a.x-4.0", "mellum",
    "modern-bert", "mpt",     "olmo",     "jais",    "granite-docling",
    "trillion",    "exaone4", "jina-es",  "jina-de", "jina-v2-es"};
constexpr std::array<std::string_view, 8> digits_gpt2_names = {
    "smollm", "refact", "starcoder", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"};
constexpr std::array<std::string_view, 9> qwen2_names = {"qwen2",   "deepseek-r1-qwen", "kormo",
                                                         "f2llmv2", "megrez",           "stablelm2",
                                                         "hunyuan", "solar-open",       "grok-2"};
constexpr std::array<std::string_view, 5> o200k_names = {"gpt-4o", "llama4", "kanana2", "talkie",
                                                         "minimax-m2"};
constexpr std::array<std::string_view, 3> bailing_names = {"bailingmoe", "bailingmoe2",
                                                           "llada-moe"};
constexpr std::array<std::string_view, 3> deepseek3_names = {"deepseek-v3", "hunyuan-dense",
                                                             "joyai-llm"};
constexpr std::array<std::string_view, 1> tekken_name = {"tekken"};
constexpr std::array<std::string_view, 1> qwen35_name = {"qwen35"};
constexpr std::array<std::string_view, 1> seed_coder_name = {"seed-coder"};
constexpr std::array<std::string_view, 1> exaone_moe_name = {"exaone-moe"};
constexpr std::array<std::string_view, 1> minicpm5_name = {"minicpm5"};
constexpr std::array<std::string_view, 1> deepseek_llm_name = {"deepseek-llm"};
constexpr std::array<std::string_view, 1> deepseek_coder_name = {"deepseek-coder"};
constexpr std::array<std::string_view, 1> falcon_name = {"falcon"};
constexpr std::array<std::string_view, 2> default_names = {"default", ""};

constexpr std::array rules = {
    Rule{{llama3_expression}, true, true, llama3_names},
    Rule{{llama3_expression}, false, false, llama3_plain_names},
    Rule{{gpt2_expression}, false, false, gpt2_names},
    Rule{{digit, gpt2_expression}, false, false, digits_gpt2_names},
    Rule{{qwen2_expression}, false, false, qwen2_names},
    Rule{{qwen35_expression}, false, false, qwen35_name},
    Rule{{tekken_expression}, true, true, tekken_name},
    Rule{{o200k_expression}, false, false, o200k_names},
    Rule{{three_digits, han_and_kana, deepseek3_expression}, false, false, deepseek3_names},
    Rule{{line_ends, deepseek_letters, deepseek_punctuation, R"(\s+$)", han, R"(\p{N}+)"},
         false,
         false,
         deepseek_llm_name},
    Rule{
        {line_ends, R"(\s?\p{L}+)", R"(\s?\p{P}+)", han, digit}, false, false, deepseek_coder_name},
    Rule{{R"([\p{P}\$\+<=>\^~\|`]+)", gpt2_expression, "[0-9][0-9][0-9]"},
         false,
         false,
         falcon_name},
    Rule{{bailing_expression}, false, false, bailing_names},
    Rule{{seed_coder_expression}, false, false, seed_coder_name},
    Rule{{exaone_moe_expression}, false, false, exaone_moe_name},
    Rule{{three_digits, minicpm5_expression}, true, false, minicpm5_name},
    Rule{{R"([\p{P}\$\+<=>\^~\|]+)", gpt2_expression, R"(\p{N}+)", "[0-9][0-9][0-9]"},
         false,
         false,
         default_names},
};

}  // namespace

std::string_view gguf_pre_tokenizer_name(const std::vector<std::string>& expressions,
                                         bool ignore_merges) {
    for (const Rule& rule : rules) {
        std::vector<std::string> own;
        for (const char* expression : rule.expressions)
            if (expression != nullptr) own.emplace_back(expression);
        if (own == expressions && rule.ignore_merges == ignore_merges) return rule.names.front();
    }
    return {};
}

GgufPreTokenizer gguf_pre_tokenizer(std::string_view name, std::string_view source) {
    for (const Rule& rule : rules) {
        if (std::find(rule.names.begin(), rule.names.end(), name) == rule.names.end()) continue;
        GgufPreTokenizer result;
        for (const char* expression : rule.expressions)
            if (expression != nullptr) result.expressions.push_back(expression);
        result.ignore_merges = rule.ignore_merges;
        result.add_bos = rule.add_bos;
        return result;
    }
    fail(ErrorCode::unsupported,
         "{}: how text is cut into words has the name \"{}\" here (tokenizer.ggml.pre), which this "
         "version of Headscope does not know; use the model's Hugging Face folder, or a GGUF file "
         "of "
         "another model",
         source, name);
}

}  // namespace headscope
