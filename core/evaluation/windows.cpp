#include "core/evaluation/windows.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

#include "core/base/error.h"

namespace headscope {
namespace {

void require_in_vocabulary(const std::vector<std::int32_t>& ids, std::int64_t vocab_size) {
    const auto [lowest, highest] = std::minmax_element(ids.begin(), ids.end());
    if (ids.empty() || (*lowest >= 0 && *highest < vocab_size)) return;
    fail(ErrorCode::bad_input,
         "the tokenizer gives id {}, but the model's vocabulary has {}; they "
         "do not belong together",
         *lowest < 0 ? *lowest : *highest, vocab_size);
}

}  // namespace

Windows::Windows(const std::vector<ScoredSequence>& sequences, Protocol protocol,
                 std::int64_t window, std::int64_t vocab_size)
    : protocol_(protocol), window_(window), count_(static_cast<std::int64_t>(sequences.size())) {
    for (const ScoredSequence& sequence : sequences) {
        const auto length = static_cast<std::int64_t>(sequence.ids.size());
        const bool fits =
            length >= 1 && length <= window && !sequence.predictions.empty() &&
            std::all_of(sequence.predictions.begin(), sequence.predictions.end(),
                        [&](const Prediction& prediction) {
                            return prediction.position >= 0 && prediction.position < length;
                        });
        if (!fits)
            fail(ErrorCode::internal, "a sequence of {} tokens does not fit {}", length, window);
        ids_.insert(ids_.end(), sequence.ids.begin(), sequence.ids.end());
        ids_.resize(ids_.size() + static_cast<std::size_t>(window - length));
        chosen_.push_back(sequence.predictions);
        std::vector<std::int32_t> targets;
        for (const Prediction& prediction : sequence.predictions)
            targets.push_back(prediction.target);
        require_in_vocabulary(targets, vocab_size);
    }
    require_in_vocabulary(ids_, vocab_size);
}

Windows::Windows(std::vector<std::int32_t> ids, Protocol protocol, std::int64_t window,
                 std::int64_t max_windows, std::optional<std::int32_t> bos_id,
                 std::int64_t longest_window, std::int64_t vocab_size)
    : ids_(std::move(ids)), protocol_(protocol), window_(window) {
    if (window < 2 || window > longest_window) {
        fail(ErrorCode::bad_input,
             "a window of {} tokens does not work; choose --window from 2 to {}, "
             "the longest that this model can read",
             window, longest_window);
    }
    if (max_windows < 0)
        fail(ErrorCode::bad_input, "--max_windows {}: give 0 for all, or more", max_windows);
    if (predictions_per_window() < 1) {
        fail(ErrorCode::bad_input,
             "a window of {} tokens leaves protocol {} nothing to score; choose a larger --window",
             window, name_of(protocol));
    }
    const auto tokens = static_cast<std::int64_t>(ids_.size());
    count_ = tokens / window;
    if (max_windows > 0) count_ = std::min(count_, max_windows);
    if (count_ == 0) {
        fail(ErrorCode::bad_input,
             "the corpus has {} tokens, not one window of {}; choose a smaller "
             "--window or a longer corpus",
             tokens, window);
    }
    require_in_vocabulary(ids_, vocab_size);
    if (protocol == Protocol::llama_cpp) bos_id_ = bos_id;
}

std::vector<std::int64_t> Windows::tokens(std::int64_t index) const {
    const auto begin = ids_.begin() + index * window_;
    std::vector<std::int64_t> tokens(begin, begin + window_);
    if (bos_id_) tokens.front() = *bos_id_;
    return tokens;
}

std::vector<std::int32_t> Windows::tokens_of_text(std::int64_t index) const {
    const auto begin = ids_.begin() + index * window_;
    return {begin, begin + window_};
}

std::vector<std::int64_t> Windows::shuffled_order() const {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count_));
    std::iota(order.begin(), order.end(), 0);
    // Fisher-Yates by hand: std::shuffle gives another order with every standard library.
    std::mt19937_64 random(kOrderSeed);
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[random() % i]);
    return order;
}

}  // namespace headscope
