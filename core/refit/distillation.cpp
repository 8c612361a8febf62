#include "core/refit/distillation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/evaluation/evaluator.h"
#include "core/model/engine_module.h"
#include "core/refit/distiller.h"
#include "core/refit/refit_engine.h"

namespace headscope {
namespace {

constexpr std::size_t kHeldOut = 8;  // every eighth sequence
constexpr int kPatience = 3;         // measurements without a better one

/// The training of one variant.
class Distillation {
  public:
    Distillation(const Model& model, const DistillParams& params, const ProgressFn& progress,
                 const std::stop_token& stop, const DistillCurveFn& measured)
        : model_(model), params_(params), progress_(progress), stop_(stop), measured_(measured) {
        if (!params.windows) fail(ErrorCode::internal, "a refit was given no text");
        const std::vector<std::int64_t> all = params.windows->shuffled_order();
        for (std::size_t i = 0; i < all.size(); ++i)
            (i % kHeldOut == 0 ? held_out_ : training_).push_back(all[i]);
        if (training_.empty()) {
            fail(ErrorCode::bad_input,
                 "--distill: the calibration text has a single sequence, and some must be held "
                 "out; use --calibration_windows 2 or more, or a smaller --window");
        }
        const std::int64_t wanted =
            std::max<std::int64_t>(1, params.tokens / params.windows->window());
        at_once_ = std::min(static_cast<std::size_t>(wanted), training_.size());
    }

    DistillResult run() {
        const auto start = std::chrono::steady_clock::now();
        const auto distiller = engine_table<RefitEngine>(kRefitEngineSymbol)
                                   .distiller(model_, params_.variant, params_.windows);
        result_.variant = params_.variant;
        measure(0, params_.variant, 0.0);
        const int every = std::max(std::min(10, params_.steps), params_.steps / 10);
        double loss = 0.0;
        int since = 0;
        for (int step = 0; step < params_.steps; ++step) {
            loss += distiller->step(next_batch(), params_.rate * rate_factor(step, params_.steps),
                                    stop_);
            ++since;
            report(step + 1);
            if (since < every && step + 1 < params_.steps) continue;
            measure(step + 1, distiller->variant(), loss / since);
            loss = 0.0;
            since = 0;
            if (worse_ == kPatience) break;
        }
        result_.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(result_);
    }

  private:
    /// The next sequences of the training text, from its beginning again after its end.
    std::span<const std::int64_t> next_batch() {
        batch_.clear();
        while (batch_.size() < at_once_) {
            batch_.push_back(training_[next_]);
            next_ = (next_ + 1) % training_.size();
        }
        return batch_;
    }

    void measure(int step, Variant variant, double training) {
        EvaluationParams evaluation;
        evaluation.variants = {{}, variant};
        evaluation.windows = params_.windows;
        evaluation.order = held_out_;
        evaluation.divergence = true;
        evaluation.keep_states = true;
        const Scores scores = evaluate(model_, evaluation, {}, {}, stop_).scores;
        const std::vector<Metric> metrics = scores.metric_list(1);
        const Metric* kl = find_metric(metrics, "kl_divergence");
        if (kl == nullptr) fail(ErrorCode::internal, "an evaluation has no KL divergence");
        const double value = kl->value.value;
        if (!std::isfinite(value)) {
            fail(ErrorCode::unsupported, "--distill: the loss is {} after {} steps", value, step);
        }
        const bool better = result_.curve.empty() || value < best_of(result_.curve).held_out;
        result_.curve.push_back({step, value, training});
        worse_ = better ? 0 : worse_ + 1;
        if (better) result_.variant = std::move(variant);
        if (measured_) measured_(result_.curve);
        report(step,
               fmt::format("Step {}: KL divergence {:.4g} nats on held-out text", step, value));
    }

    void report(int step, const std::string& note = {}) {
        progress_.report({"distilling", step, params_.steps, "steps", note});
    }

    const Model& model_;
    const DistillParams& params_;
    ProgressThrottle progress_;
    const std::stop_token& stop_;
    const DistillCurveFn& measured_;
    std::vector<std::int64_t> held_out_;
    std::vector<std::int64_t> training_;
    std::size_t at_once_ = 1;
    std::size_t next_ = 0;
    std::vector<std::int64_t> batch_;
    int worse_ = 0;  ///< measurements since the best
    DistillResult result_;
};

}  // namespace

double rate_factor(int step, int steps) {
    constexpr double kLowest = 0.1;
    const int rising = std::max(1, steps / 20);
    if (step < rising) return static_cast<double>(step + 1) / rising;
    const double way = static_cast<double>(step - rising) / std::max(1, steps - rising);
    return kLowest + (1.0 - kLowest) * 0.5 * (1.0 + std::cos(std::numbers::pi * way));
}

DistillResult distill(const Model& model, const DistillParams& params, const ProgressFn& progress,
                      const std::stop_token& stop, const DistillCurveFn& measured) {
    return Distillation(model, params, progress, stop, measured).run();
}

}  // namespace headscope
