#include "core/tokenizer/regex.h"

#include <array>
#include <cstdint>
#include <new>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/base/error.h"
#include "core/tokenizer/ruby_expression.h"

namespace headscope {
namespace {

// A search may hold this much at once, for instance the ways back of a group that was repeated
// a million times.
constexpr std::size_t max_stack_bytes = std::size_t{64} << 20;
constexpr std::size_t first_stack_bytes = std::size_t{32} << 10;
constexpr std::uint32_t max_heap_kibibytes = 64 << 10;  // where nothing was compiled
constexpr std::uint32_t max_steps = 10'000'000;
constexpr std::size_t max_pattern_bytes = std::size_t{64} << 10;

/// Frees what PCRE2 made.
template <auto Free>
struct Freeing {
    template <typename Type>
    void operator()(Type* pointer) const {
        Free(pointer);
    }
};

using CodePtr = std::unique_ptr<pcre2_code, Freeing<pcre2_code_free>>;
using CompileContextPtr =
    std::unique_ptr<pcre2_compile_context, Freeing<pcre2_compile_context_free>>;
using MatchDataPtr = std::unique_ptr<pcre2_match_data, Freeing<pcre2_match_data_free>>;
using MatchContextPtr = std::unique_ptr<pcre2_match_context, Freeing<pcre2_match_context_free>>;
using JitStackPtr = std::unique_ptr<pcre2_jit_stack, Freeing<pcre2_jit_stack_free>>;

std::string reason(int error) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

CodePtr compile(const std::string& pattern, const std::string& source) {
    const CompileContextPtr context(pcre2_compile_context_create(nullptr));
    if (!context) throw std::bad_alloc();
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    pcre2_set_max_pattern_length(context.get(), max_pattern_bytes);
    constexpr std::uint32_t options =
        PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
    int error = 0;
    std::size_t offset = 0;
    CodePtr code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                               options, &error, &offset, context.get()));
    if (!code) {
        fail(ErrorCode::bad_input,
             "{}: the regular expression \"{}\" is not valid at byte {} ({}); the file is damaged",
             source, pattern, offset, reason(error));
    }
    return code;
}

}  // namespace

struct Regex::Code {
    CodePtr code;
};

struct Regex::Search::Scratch {
    MatchDataPtr match;
    MatchContextPtr context;
    JitStackPtr stack;
};

Regex::Regex(std::string pattern, std::string source, std::unique_ptr<Code> code)
    : pattern_(std::move(pattern)), source_(std::move(source)), code_(std::move(code)) {}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

Regex Regex::literal(std::string text) {
    return {std::move(text), {}, nullptr};
}

Regex Regex::expression(std::string pattern, std::string source) {
    compile(pattern, source);  // so that what is not valid at all is told as it is written
    CodePtr code = compile(from_ruby(pattern, source), source);
    // Where the system forbids code made at run time, PCRE2 interprets the pattern instead.
    static_cast<void>(pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE));
    std::unique_ptr<Code> owned(new Code{std::move(code)});
    return {std::move(pattern), std::move(source), std::move(owned)};
}

Regex::Search::Search(const Regex& regex) : regex_(&regex) {
    if (regex.code_ == nullptr) return;
    scratch_ = std::make_unique<Scratch>();
    scratch_->match.reset(pcre2_match_data_create_from_pattern(regex.code_->code.get(), nullptr));
    scratch_->context.reset(pcre2_match_context_create(nullptr));
    scratch_->stack.reset(pcre2_jit_stack_create(first_stack_bytes, max_stack_bytes, nullptr));
    if (!scratch_->match || !scratch_->context) throw std::bad_alloc();
    pcre2_set_match_limit(scratch_->context.get(), max_steps);
    pcre2_set_heap_limit(scratch_->context.get(), max_heap_kibibytes);
    // Without a stack of ours PCRE2 takes 32 KiB of the thread's.
    if (scratch_->stack)
        pcre2_jit_stack_assign(scratch_->context.get(), nullptr, scratch_->stack.get());
}

Regex::Search::~Search() = default;
Regex::Search::Search(Search&&) noexcept = default;

std::optional<Regex::Match> Regex::Search::find(std::string_view text, std::size_t from) {
    if (scratch_ == nullptr) {
        const std::size_t at = text.find(regex_->pattern_, from);
        if (at == std::string_view::npos || regex_->pattern_.empty()) return std::nullopt;
        return Match{at, at + regex_->pattern_.size()};
    }
    const int result = pcre2_match(
        regex_->code_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
        PCRE2_NO_UTF_CHECK, scratch_->match.get(), scratch_->context.get());
    if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
    if (result < 0) {
        fail(ErrorCode::unsupported,
             "{}: the regular expression \"{}\" takes too long or too much memory at byte {} of a "
             "text ({}); use another text or tokenizer",
             regex_->source_, regex_->pattern_, from, reason(result));
    }
    const std::size_t* const ends = pcre2_get_ovector_pointer(scratch_->match.get());
    return Match{ends[0], ends[1]};
}

}  // namespace headscope
