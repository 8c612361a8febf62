#include "core/search/variant_scorer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/base/process_rank.h"

namespace headscope {
namespace {

/// Variants that are evaluated together. More share the original's states once more for each batch,
/// which saves little; each takes a hidden state and the weights of a layer.
constexpr std::size_t kTogether = 16;

constexpr auto kSaveInterval = std::chrono::seconds(2);

int first_change(const NamedVariant& named) {
    return named.variant.empty() ? std::numeric_limits<int>::max() : named.variant.begin()->first;
}

std::vector<std::vector<NamedVariant>> cut(std::vector<NamedVariant> variants) {
    std::stable_sort(variants.begin(), variants.end(), [](const auto& a, const auto& b) {
        return first_change(a) < first_change(b);
    });
    std::vector<std::vector<NamedVariant>> batches;
    for (NamedVariant& variant : variants) {
        if (batches.empty() || batches.back().size() == kTogether) batches.emplace_back();
        batches.back().push_back(std::move(variant));
    }
    return batches;
}

}  // namespace

/// Progress in layer passes over all batches of one call.
struct VariantScorer::Ahead {
    ProgressThrottle sink;
    std::string stage;
    std::int64_t done = 0;
    std::int64_t total = 0;

    /// `share`: of a batch that takes `passes`.
    void report(double share, std::int64_t passes, const std::string& note = {}) {
        const auto part = static_cast<std::int64_t>(share * static_cast<double>(passes));
        // Batches that had to be halved take more than was counted.
        sink.report({stage, std::min(done + part, total), total, "layer passes", note});
    }
};

VariantScorer::VariantScorer(const Model& model, std::shared_ptr<const Windows> windows,
                             ScoreBook& book, const ScoreJournal* journal, std::stop_token stop)
    : model_(model),
      windows_(std::move(windows)),
      book_(book),
      journal_(journal),
      stop_(std::move(stop)) {}

void VariantScorer::score(std::vector<NamedVariant> variants,
                          const std::vector<std::int64_t>& windows, const std::string& stage,
                          const ProgressFn& progress) {
    throw_if_stopped(stop_);
    std::erase_if(variants, [&](const auto& named) { return book_.knows(named.name, windows); });
    const std::vector<Batch> batches = cut(std::move(variants));
    Ahead ahead{ProgressThrottle(progress), stage};
    std::vector<std::vector<std::int64_t>> open;
    for (const Batch& batch : batches) {
        open.push_back(open_windows(batch, windows));
        ahead.total += passes_of(batch) * static_cast<std::int64_t>(open.back().size());
    }
    for (std::size_t i = 0; i < batches.size(); ++i)
        score_batch(batches[i], open[i], ahead);
}

std::vector<std::int64_t> VariantScorer::open_windows(
    const Batch& batch, const std::vector<std::int64_t>& windows) const {
    std::vector<std::int64_t> open;
    for (const std::int64_t window : windows) {
        const bool known = std::all_of(batch.begin(), batch.end(), [&](const NamedVariant& named) {
            return book_.knows(named.name, window);
        });
        if (!known) open.push_back(window);
    }
    return open;
}

std::int64_t VariantScorer::passes_of(const Batch& batch) const {
    std::vector<Variant> variants;
    for (const NamedVariant& named : batch)
        variants.push_back(named.variant);
    return SharingSchedule(layers(), variants).pass_count();
}

int VariantScorer::layers() const {
    return static_cast<int>(model_.config().num_hidden_layers);
}

/// Halves a batch that does not fit in memory. Not beside other processes, which would have to
/// halve theirs as well.
void VariantScorer::score_batch(const Batch& batch, const std::vector<std::int64_t>& open,
                                Ahead& ahead) {
    if (open.empty()) return;
    try {
        evaluate_batch(batch, open, ahead);
        return;
    } catch (const Error& error) {
        const bool may_halve = batch.size() > 1 && process_rank().alone();
        if (error.code() != ErrorCode::out_of_memory || !may_halve) throw;
    }
    const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
    for (const Batch& half : {Batch(batch.begin(), middle), Batch(middle, batch.end())})
        score_batch(half, open_windows(half, open), ahead);
}

void VariantScorer::evaluate_batch(const Batch& batch, const std::vector<std::int64_t>& open,
                                   Ahead& ahead) {
    EvaluationParams params;
    params.windows = windows_;
    params.order = open;
    params.keep_states = true;
    std::vector<std::string> names;
    for (const NamedVariant& named : batch) {
        params.variants.push_back(named.variant);
        names.push_back(named.name);
    }
    const std::int64_t passes = passes_of(batch) * static_cast<std::int64_t>(open.size());
    const EvaluationResult result = evaluate(
        model_, params,
        [&](const Progress& at) {
            const double share =
                at.total > 0 ? static_cast<double>(at.done) / static_cast<double>(at.total) : 0.0;
            ahead.report(share, passes, at.note);
        },
        [&](const Scores& scores) { keep(names, scores); }, stop_);
    keep(names, result.scores);
    ahead.done += passes;
    layer_passes_ += result.layer_passes;
    separate_layer_passes_ += result.separate_layer_passes;
}

void VariantScorer::keep(const std::vector<std::string>& names, const Scores& scores) {
    using Clock = std::chrono::steady_clock;
    book_.add(names, scores);
    if (journal_ == nullptr) return;
    if (Clock::now() - last_save_ < kSaveInterval) return;
    journal_->save_if_possible(book_);
    last_save_ = Clock::now();
}

}  // namespace headscope
