#include "core/tokenizer/pre_tokenizer.h"

#include <cstddef>

#include "core/tokenizer/word_expressions.h"

namespace headscope {
namespace {

/// A stretch of a piece between, or of, matches.
struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool is_match = false;
};

/// Whether `next` is one piece with `last`, which is right in front of it.
bool joins(const Stretch& last, const Stretch& next, SplitBehavior behavior) {
    switch (behavior) {
        case SplitBehavior::merged_with_previous:
            return next.is_match && !last.is_match;
        case SplitBehavior::merged_with_next:
            return !next.is_match && last.is_match;
        case SplitBehavior::contiguous:
            return next.is_match == last.is_match;
        case SplitBehavior::removed:
        case SplitBehavior::isolated:
            break;
    }
    return false;
}

/// Makes pieces of stretches that come in order.
template <typename Emit>
class Joiner {
  public:
    Joiner(SplitBehavior behavior, Emit emit) : behavior_(behavior), emit_(emit) {}

    void add(Stretch stretch) {
        if (stretch.is_match && behavior_ == SplitBehavior::removed) return;
        if (last_ && joins(*last_, stretch, behavior_)) {
            last_->end = stretch.end;
            last_->is_match = stretch.is_match;
            return;
        }
        finish();
        last_ = stretch;
    }

    void finish() {
        if (last_ && last_->begin < last_->end) emit_(last_->begin, last_->end);
        last_.reset();
    }

  private:
    SplitBehavior behavior_;
    Emit emit_;
    std::optional<Stretch> last_;
};

std::size_t after_character(std::string_view text, std::size_t at) {
    do {
        ++at;
    } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
}

std::string write_spaces_as(std::string_view replacement, std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 4 * replacement.size());
    for (const char byte : text) {
        if (byte == ' ') {
            out += replacement;
        } else {
            out += byte;
        }
    }
    return out;
}

}  // namespace

PreTokenizer::Step isolate(const char* expression, std::string_view source) {
    return PreTokenizer::Split{Regex::expression(expression, std::string(source)),
                               SplitBehavior::isolated, false};
}

PreTokenizer::Run::Run(const PreTokenizer& pre_tokenizer) : pre_tokenizer_(&pre_tokenizer) {
    for (const Step& step : pre_tokenizer.steps_) {
        const auto* const split = std::get_if<Split>(&step);
        searches_.push_back(split != nullptr ? std::optional<Regex::Search>(split->pattern)
                                             : std::nullopt);
    }
}

void PreTokenizer::Run::cut(std::string_view text, bool is_first, const Sink& sink) {
    if (!text.empty()) step(0, text, is_first, sink);
}

void PreTokenizer::Run::step(std::size_t index, std::string_view piece, bool is_first,
                             const Sink& sink) {
    if (index == pre_tokenizer_->steps_.size()) {
        sink(piece);
        return;
    }
    const Step& step_here = pre_tokenizer_->steps_[index];
    if (std::holds_alternative<Split>(step_here)) {
        split(index, piece, is_first, sink);
    } else if (std::holds_alternative<PrefixSpace>(step_here)) {
        if (piece.starts_with(' ')) {
            step(index + 1, piece, is_first, sink);
        } else {
            step(index + 1, std::string(" ").append(piece), is_first, sink);
        }
    } else if (const auto* metaspace = std::get_if<Metaspace>(&step_here)) {
        std::string written = write_spaces_as(metaspace->replacement, piece);
        const bool wanted = metaspace->prefix == Metaspace::Prefix::always ||
                            (metaspace->prefix == Metaspace::Prefix::first && is_first);
        if (wanted && !written.starts_with(metaspace->replacement))
            written.insert(0, metaspace->replacement);
        step(index + 1, written, is_first, sink);
    }
}

void PreTokenizer::Run::split(std::size_t index, std::string_view piece, bool is_first,
                              const Sink& sink) {
    const Split& rule = std::get<Split>(pre_tokenizer_->steps_[index]);
    Regex::Search& search = *searches_[index];
    Joiner joiner(rule.behavior, [&](std::size_t begin, std::size_t end) {
        step(index + 1, piece.substr(begin, end - begin), is_first && begin == 0, sink);
    });
    std::size_t done = 0;
    for (std::size_t from = 0; from <= piece.size();) {
        const auto match = search.find(piece, from);
        if (!match) break;
        if (match->begin > done) joiner.add({done, match->begin, rule.invert});
        joiner.add({match->begin, match->end, !rule.invert});
        done = match->end;
        from = match->begin < match->end ? match->end : after_character(piece, match->end);
    }
    if (done < piece.size()) joiner.add({done, piece.size(), rule.invert});
    joiner.finish();
}

}  // namespace headscope
