#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/difference/difference_torch.h"
#include "core/evaluation/evaluation_torch.h"
#include "core/evaluation/weight_check_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"

namespace headscope {
namespace {

/// Takes windows through one model.
class Reader {
  public:
    Reader(const LoadedModel& model, const Windows& windows)
        : model_(model), windows_(windows), forward_(model, windows.window()), source_(model) {}

    [[nodiscard]] const ForwardPass& forward() const { return forward_; }
    [[nodiscard]] const LoadedModel& model() const { return model_; }

    /// The states of `indices` behind the last layer, of the positions that predict.
    [[nodiscard]] std::vector<at::Tensor> read(std::span<const std::int64_t> indices,
                                               const std::stop_token& stop) {
        std::vector<at::Tensor> states;
        for (const std::int64_t index : indices)
            states.push_back(forward_.embed(at::tensor(windows_.tokens(index), at::kLong)));
        if (!model_.resident()) source_.begin(0, stop);
        const auto layers = static_cast<int>(model_.checkpoint.config().num_hidden_layers);
        for (int layer = 0; layer < layers; ++layer) {
            const LayerWeights& weights = source_.layer(layer);
            for (at::Tensor& state : states) {
                throw_if_stopped(stop);
                state = forward_.layer(layer, weights, weights.attention, std::move(state), true);
            }
        }
        for (at::Tensor& state : states)
            state = state.narrow(0, windows_.first_scored(), windows_.predictions_per_window());
        return states;
    }

  private:
    const LoadedModel& model_;
    const Windows& windows_;
    ForwardPass forward_;
    LayerSource source_;
};

/// Of the predictions of one window, in pieces of rows.
struct Predictions {
    std::vector<at::Tensor> nll;
    std::vector<at::Tensor> correct;
    std::vector<at::Tensor> kl;
    std::vector<at::Tensor> same_top;

    void add(const ops::Divergence& piece) {
        nll.push_back(piece.loss.nll);
        correct.push_back(piece.loss.correct);
        if (!piece.kl.defined()) return;
        kl.push_back(piece.kl);
        same_top.push_back(piece.same_top);
    }

    [[nodiscard]] WindowScore score(bool divergence, bool original) const {
        const at::Tensor all_nll = at::cat(nll).to(at::kCPU).contiguous();
        const at::Tensor all_correct = at::cat(correct).to(at::kCPU).contiguous();
        const std::int64_t count = all_nll.numel();
        TokenScores tokens;
        tokens.nll.assign(all_nll.data_ptr<double>(), all_nll.data_ptr<double>() + count);
        tokens.correct.assign(all_correct.data_ptr<bool>(), all_correct.data_ptr<bool>() + count);
        if (divergence && original) {
            tokens.kl.assign(tokens.nll.size(), 0.0F);
            tokens.same_top.assign(tokens.nll.size(), 1);
        } else if (divergence) {
            const at::Tensor all_kl = at::cat(kl).to(at::kCPU).contiguous();
            const at::Tensor same = at::cat(same_top).to(at::kCPU).contiguous();
            tokens.kl.assign(all_kl.data_ptr<double>(), all_kl.data_ptr<double>() + count);
            tokens.same_top.assign(same.data_ptr<bool>(), same.data_ptr<bool>() + count);
        }
        WindowScore score;
        score.nll = all_nll.sum().item<double>();
        score.correct = std::count(tokens.correct.begin(), tokens.correct.end(), 1);
        if (divergence) score.tokens = std::make_shared<const TokenScores>(std::move(tokens));
        return score;
    }
};

class PairedScoring {
  public:
    PairedScoring(const Model& first, const Model& second, const Windows& windows, bool divergence,
                  const ProgressFn& progress)
        : first_(first.loaded(), windows),
          second_(second.loaded(), windows),
          windows_(windows),
          divergence_(divergence),
          progress_(progress) {
        const auto count = static_cast<std::size_t>(windows.count());
        scores_.predictions_per_window = windows.predictions_per_window();
        scores_.done.assign(count, 0);
        scores_.values.assign(2, std::vector<WindowScore>(count));
    }

    Scores run(const std::stop_token& stop) {
        report();
        const std::vector<std::int64_t> order = windows_.shuffled_order();
        const bool resident = first_.model().resident() && second_.model().resident();
        const EvaluationThreads spread = spread_threads(first_.model());
        const compat::ThreadSetting setting(spread.for_each_window);
        if (resident && spread.windows_at_once > 1) {
            parallel_for(order.size(), spread.windows_at_once, stop, [&](std::size_t i, int) {
                const c10::InferenceMode no_gradients;
                at::set_num_threads(1);
                score(std::span(order).subspan(i, 1), stop);
            });
            return std::move(scores_);
        }
        // Layers that are read from their files serve several windows.
        const std::size_t at_a_time = resident ? 1 : 8;
        for (std::size_t i = 0; i < order.size(); i += at_a_time) {
            const c10::InferenceMode no_gradients;
            score(std::span(order).subspan(i, std::min(at_a_time, order.size() - i)), stop);
        }
        return std::move(scores_);
    }

  private:
    void score(std::span<const std::int64_t> indices, const std::stop_token& stop) {
        const std::vector<at::Tensor> own = first_.read(indices, stop);
        const std::vector<at::Tensor> its = second_.read(indices, stop);
        for (std::size_t i = 0; i < indices.size(); ++i) {
            throw_if_stopped(stop);
            score_window(indices[i], own[i], its[i]);
        }
    }

    void score_window(std::int64_t index, const at::Tensor& own, const at::Tensor& its) {
        const std::int64_t rows = own.size(0);
        const at::Tensor targets = at::tensor(windows_.tokens(index), at::kLong)
                                       .narrow(0, windows_.first_scored() + 1, rows)
                                       .to(first_.model().format.device);
        const std::int64_t piece =
            std::min(first_.forward().chunk_rows(), second_.forward().chunk_rows());
        Predictions of_first;
        Predictions of_second;
        for (std::int64_t row = 0; row < rows; row += piece) {
            const std::int64_t count = std::min(piece, rows - row);
            const at::Tensor wanted = targets.narrow(0, row, count);
            const at::Tensor a = first_.forward().logits(own.narrow(0, row, count));
            const at::Tensor b = second_.forward().logits(its.narrow(0, row, count));
            of_first.add({ops::cross_entropy(a, wanted), {}, {}});
            of_second.add(divergence_ ? ops::divergence(a, b, wanted)
                                      : ops::Divergence{ops::cross_entropy(b, wanted), {}, {}});
        }
        const WindowScore a = of_first.score(divergence_, true);
        const WindowScore b = of_second.score(divergence_, false);
        if (!std::isfinite(a.nll)) report_non_finite_loss(first_.model(), index);
        if (!std::isfinite(b.nll)) report_non_finite_loss(second_.model(), index);
        const std::scoped_lock lock(mutex_);
        scores_.values[0][static_cast<std::size_t>(index)] = a;
        scores_.values[1][static_cast<std::size_t>(index)] = b;
        scores_.done[static_cast<std::size_t>(index)] = 1;
        ++done_;
        report();
    }

    void report() { progress_.report({"evaluating both", done_, windows_.count(), "windows"}); }

    Reader first_;
    Reader second_;
    const Windows& windows_;
    bool divergence_;
    Scores scores_;
    ProgressThrottle progress_;
    std::int64_t done_ = 0;
    std::mutex mutex_;
};

}  // namespace

Scores score_pair(const Model& first, const Model& second, const Windows& windows, bool divergence,
                  const ProgressFn& progress, const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    try {
        compat::keep_freed_memory();
        return PairedScoring(first, second, windows, divergence, progress).run(stop);
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace headscope
