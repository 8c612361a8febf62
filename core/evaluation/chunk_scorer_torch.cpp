#include "core/evaluation/chunk_scorer_torch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/progress.h"
#include "core/evaluation/weight_check_torch.h"

namespace headscope {

struct ChunkScorer::MicroBatch {
    std::vector<std::int64_t> indices;
    std::vector<BoundaryCache::Tokens> tokens;  ///< of each window
    at::Tensor ids;                             ///< of all windows, on the host
    std::vector<at::Tensor> states;             ///< before the layer whose turn it is
};

ChunkScorer::ChunkScorer(const LoadedModel& model, const SharingSchedule& schedule,
                         const MergedWeights& merged, BoundaryCache& boundaries,
                         const EvaluationParams& params)
    : model_(model),
      windows_(*params.windows),
      schedule_(schedule),
      merged_(merged),
      boundaries_(boundaries),
      forward_(model, windows_.window()),
      divergence_(params.divergence),
      base_(params.base),
      keep_(params.keep) {}

std::vector<ChunkScorer::MicroBatch> ChunkScorer::cut(std::span<const std::int64_t> indices,
                                                      std::int64_t micro_batch) const {
    std::vector<MicroBatch> batches;
    while (!indices.empty()) {
        const std::size_t count = std::min(indices.size(), static_cast<std::size_t>(micro_batch));
        MicroBatch batch;
        std::vector<std::int64_t> all;
        for (const std::int64_t index : indices.first(count)) {
            batch.indices.push_back(index);
            batch.tokens.push_back(windows_.tokens(index));
            all.insert(all.end(), batch.tokens.back().begin(), batch.tokens.back().end());
        }
        batch.ids = at::tensor(all, at::kLong);
        batches.push_back(std::move(batch));
        indices = indices.subspan(count);
    }
    return batches;
}

/// Gives every micro-batch its first state, and returns the layer before which it stands: the last
/// before the first change whose states are all kept, or the first layer of all.
int ChunkScorer::start(std::vector<MicroBatch>& batches) const {
    std::vector<BoundaryCache::Tokens> all;
    for (const MicroBatch& batch : batches)
        all.insert(all.end(), batch.tokens.begin(), batch.tokens.end());
    const int first = boundaries_.latest(all, schedule_.first_change());
    for (MicroBatch& batch : batches) {
        if (first == 0) {
            batch.states = {forward_.embed(batch.ids)};
            continue;
        }
        std::vector<at::Tensor> states;
        for (const BoundaryCache::Tokens& window : batch.tokens)
            states.push_back(boundaries_.state(window, first));
        batch.states = {at::cat(states)};
    }
    return first;
}

std::int64_t ChunkScorer::advance(MicroBatch& batch, int layer, const LayerWeights& weights,
                                  const std::vector<AttentionWeights>& merged) const {
    const auto& passes = schedule_.passes(layer);
    std::vector<at::Tensor> next(passes.size());
    for (std::size_t i = 0; i < passes.size(); ++i) {
        const SharingSchedule::Pass& pass = passes[i];
        const bool last_reader =
            std::none_of(passes.begin() + static_cast<std::ptrdiff_t>(i) + 1, passes.end(),
                         [&](const auto& later) { return later.input == pass.input; });
        at::Tensor& input = batch.states[static_cast<std::size_t>(pass.input)];
        const AttentionWeights& attention =
            pass.weights < 0 ? weights.attention : merged[static_cast<std::size_t>(pass.weights)];
        next[static_cast<std::size_t>(pass.output)] = forward_.layer(
            layer, weights, attention, last_reader ? std::move(input) : input, last_reader);
    }
    batch.states = std::move(next);
    return static_cast<std::int64_t>(passes.size() * batch.indices.size());
}

void ChunkScorer::keep_original(const MicroBatch& batch, int layer) const {
    const int state = schedule_.original_state(layer);
    if (state < 0 || !boundaries_.wants(layer)) return;
    const std::int64_t window = windows_.window();
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
        boundaries_.keep(batch.tokens[i], layer,
                         batch.states[static_cast<std::size_t>(state)].narrow(
                             0, static_cast<std::int64_t>(i) * window, window));
    }
}

void ChunkScorer::finish(const MicroBatch& batch, std::vector<VariantScores>& scores) const {
    const at::Tensor ids = batch.ids.to(model_.format.device);
    std::vector<at::Tensor> nll;
    std::vector<at::Tensor> correct;
    for (const at::Tensor& state : batch.states) {
        const ops::Loss loss = forward_.loss(state, ids, windows_.first_scored());
        nll.push_back(loss.nll.sum(1));
        correct.push_back(loss.correct.sum(1));
    }
    // One wait for the device, whatever the number of variants. [states, windows]
    const at::Tensor all_nll = at::stack(nll).to(at::kCPU);
    const at::Tensor all_correct = at::stack(correct).to(at::kCPU);
    for (std::size_t w = 0; w < batch.indices.size(); ++w) {
        VariantScores of_window;
        for (const int state : schedule_.final_states()) {
            const auto place = state * static_cast<std::int64_t>(batch.indices.size()) +
                               static_cast<std::int64_t>(w);
            const WindowScore score{all_nll.data_ptr<double>()[place],
                                    all_correct.data_ptr<std::int64_t>()[place]};
            require_finite(score, batch.indices[w]);
            of_window.push_back(score);
        }
        scores.push_back(std::move(of_window));
    }
}

void ChunkScorer::require_finite(const WindowScore& score, std::int64_t window) const {
    if (!std::isfinite(score.nll)) report_non_finite_loss(model_, window);
}

/// The rows of a micro-batch's states that make predictions, window by window, and what they are
/// scored against; both int64, on the device.
at::Tensor ChunkScorer::rows_of(const MicroBatch& batch, at::Tensor& targets) const {
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> wanted;
    for (std::size_t w = 0; w < batch.indices.size(); ++w) {
        const std::int64_t begin = static_cast<std::int64_t>(w) * windows_.window();
        if (windows_.has_chosen_predictions()) {
            for (const Prediction& p : windows_.chosen_predictions(batch.indices[w])) {
                rows.push_back(begin + p.position);
                wanted.push_back(p.target);
            }
            continue;
        }
        for (std::int64_t i = windows_.first_scored(); i + 1 < windows_.window(); ++i) {
            rows.push_back(begin + i);
            wanted.push_back(batch.tokens[w][static_cast<std::size_t>(i) + 1]);
        }
    }
    targets = at::tensor(wanted, at::kLong).to(model_.format.device);
    return at::tensor(rows, at::kLong).to(model_.format.device);
}

/// How the predictions of each state differ from the base's.
std::vector<ops::Divergence> ChunkScorer::compared_with_base(const MicroBatch& batch,
                                                             const std::vector<at::Tensor>& states,
                                                             const at::Tensor& targets) const {
    std::vector<ops::Divergence> all;
    for (const at::Tensor& state : states) {
        std::vector<at::Tensor> nll;
        std::vector<at::Tensor> correct;
        std::vector<at::Tensor> kl;
        std::vector<at::Tensor> same_top;
        std::int64_t begin = 0;
        for (const std::int64_t index : batch.indices) {
            const std::int64_t count = windows_.prediction_count(index);
            const ops::Divergence found = base_->compare(
                index, forward_, state.narrow(0, begin, count), targets.narrow(0, begin, count));
            nll.push_back(found.loss.nll);
            correct.push_back(found.loss.correct);
            kl.push_back(found.kl);
            same_top.push_back(found.same_top);
            begin += count;
        }
        all.push_back({{at::cat(nll), at::cat(correct)}, at::cat(kl), at::cat(same_top)});
    }
    return all;
}

/// As finish(), with what every prediction says.
void ChunkScorer::finish_with_tokens(const MicroBatch& batch,
                                     std::vector<VariantScores>& scores) const {
    at::Tensor targets;
    const at::Tensor rows = rows_of(batch, targets);
    std::vector<at::Tensor> states;
    for (const at::Tensor& state : batch.states)
        states.push_back(state.index_select(0, rows));
    const int original =
        divergence_ && !base_ ? schedule_.original_state(schedule_.layer_count()) : -1;
    if (keep_) {
        const auto first = static_cast<std::size_t>(schedule_.final_states().front());
        std::int64_t begin = 0;
        for (const std::int64_t index : batch.indices) {
            const std::int64_t count = windows_.prediction_count(index);
            keep_->keep(index, states[first].narrow(0, begin, count));
            begin += count;
        }
    }
    std::vector<ops::Divergence> of_states;
    if (base_) {
        of_states = compared_with_base(batch, states, targets);
    } else if (divergence_) {
        of_states =
            forward_.divergences_of_rows(states, static_cast<std::size_t>(original), targets);
    } else {
        for (const at::Tensor& state : states)
            of_states.push_back({forward_.loss_of_rows(state, targets), {}, {}});
    }
    std::vector<std::vector<WindowScore>> of_state;  // [states][windows]
    for (std::size_t s = 0; s < of_states.size(); ++s) {
        ops::Divergence& found = of_states[s];
        const at::Tensor nll = found.loss.nll.to(at::kCPU);
        // An equal variant shares the original's state: it diverges by nothing.
        if (static_cast<int>(s) == original) {
            found.kl = at::zeros_like(nll);
            found.same_top = at::ones_like(nll, at::kBool);
        }
        const at::Tensor correct = found.loss.correct.to(at::kCPU);
        const at::Tensor kl = divergence_ ? found.kl.to(at::kCPU) : at::Tensor();
        const at::Tensor same = divergence_ ? found.same_top.to(at::kCPU) : at::Tensor();
        std::int64_t begin = 0;
        of_state.emplace_back();
        for (const std::int64_t index : batch.indices) {
            const std::int64_t end = begin + windows_.prediction_count(index);
            TokenScores tokens;
            const double* values = nll.data_ptr<double>();
            tokens.nll.assign(values + begin, values + end);
            tokens.correct.assign(correct.data_ptr<bool>() + begin, correct.data_ptr<bool>() + end);
            if (divergence_) {
                tokens.kl.assign(kl.data_ptr<double>() + begin, kl.data_ptr<double>() + end);
                tokens.same_top.assign(same.data_ptr<bool>() + begin, same.data_ptr<bool>() + end);
            }
            WindowScore score;
            // As without values for each token, to the last digit: libtorch adds up in pieces.
            score.nll = nll.narrow(0, begin, end - begin).view({1, -1}).sum(1).item<double>();
            score.correct = std::count(tokens.correct.begin(), tokens.correct.end(), 1);
            score.tokens = std::make_shared<const TokenScores>(std::move(tokens));
            of_state.back().push_back(std::move(score));
            begin = end;
        }
    }
    for (std::size_t w = 0; w < batch.indices.size(); ++w) {
        VariantScores of_window;
        for (const int state : schedule_.final_states()) {
            of_window.push_back(of_state[static_cast<std::size_t>(state)][w]);
            require_finite(of_window.back(), batch.indices[w]);
        }
        scores.push_back(std::move(of_window));
    }
}

std::vector<ChunkScorer::VariantScores> ChunkScorer::score(std::span<const std::int64_t> indices,
                                                           std::int64_t micro_batch,
                                                           LayerSource& source,
                                                           const PassesFn& passes,
                                                           const std::stop_token& stop) const {
    const c10::InferenceMode no_gradients;
    std::vector<MicroBatch> batches = cut(indices, micro_batch);
    const int first = start(batches);
    source.begin(first, stop);
    const auto layers = static_cast<int>(model_.checkpoint.config().num_hidden_layers);
    for (int layer = first; layer < layers; ++layer) {
        throw_if_stopped(stop);
        const LayerWeights& weights = source.layer(layer);
        const std::vector<AttentionWeights> merged = merged_.of_layer(layer, weights.attention);
        for (MicroBatch& batch : batches) {
            throw_if_stopped(stop);
            keep_original(batch, layer);
            passes(advance(batch, layer, weights, merged));
        }
    }
    std::vector<VariantScores> scores;
    for (const MicroBatch& batch : batches) {
        throw_if_stopped(stop);
        if (divergence_ || keep_ || windows_.has_chosen_predictions()) {
            finish_with_tokens(batch, scores);
        } else {
            finish(batch, scores);
        }
    }
    return scores;
}

}  // namespace headscope
