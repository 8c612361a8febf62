#include "core/evaluation/shared_evaluation_torch.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/sha256.h"

namespace headscope {
namespace {

/// A stop that comes from either of two.
class EitherStop {
  public:
    EitherStop(const std::stop_token& a, const std::stop_token& b)
        : from_a_(a, [this] { stop_.request_stop(); }),
          from_b_(b, [this] { stop_.request_stop(); }) {}

    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

  private:
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> from_a_;
    std::stop_callback<std::function<void()>> from_b_;
};

/// What decides the scores, in short: all processes must have the same.
std::string digest_of(const Model& model, const EvaluationParams& params) {
    Sha256 hash;
    hash.update(fmt::format("{} {} {} {}\n", model.checkpoint().fingerprint(),
                            name_of(model.dtype()), params.windows->first_scored(),
                            params.divergence));
    for (std::int64_t window = 0; window < params.windows->count(); ++window) {
        const std::vector<std::int64_t> tokens = params.windows->tokens(window);
        hash.update(std::as_bytes(std::span(tokens)));
        if (params.windows->has_chosen_predictions())
            hash.update(std::as_bytes(std::span(params.windows->chosen_predictions(window))));
    }
    for (const Variant& variant : params.variants) {
        for (const auto& [layer, merge] : variant) {
            hash.update(fmt::format("{} {}\n", layer, headscope::digest_of(merge)));
        }
        hash.update("variant\n");
    }
    return hash.hex_digest();
}

class SharedEvaluation {
  public:
    SharedEvaluation(ProcessGroup& group, const Model& model, const EvaluationParams& params,
                     Evaluation& evaluation, ScoreCollector& collector)
        : group_(group),
          evaluation_(evaluation),
          collector_(collector),
          device_(model.loaded().format.device),
          digest_(digest_of(model, params)),
          windows_(static_cast<std::size_t>(params.windows->count())),
          variants_(params.variants.size()),
          text_(*params.windows),
          divergence_(params.divergence) {}

    void run(const std::vector<std::int64_t>& open, const std::stop_token& stop) {
        const EitherStop either(stop, group_.others_stopped());
        require_same_work();
        const auto own = static_cast<std::size_t>(
            group_.smallest(static_cast<double>(evaluation_.windows_at_a_time())));
        const auto all = own * static_cast<std::size_t>(group_.place().world_size);
        for (std::size_t first = 0; first < open.size(); first += all) {
            const std::span<const std::int64_t> round(&open[first],
                                                      std::min(all, open.size() - first));
            score_own_share(round, either.token());
            exchange(round);
        }
    }

  private:
    void require_same_work() {
        const bool same = group_.broadcast(digest_) == digest_;
        if (group_.smallest(same ? 1.0 : 0.0) > 0.0) return;
        throw Error(
            ErrorCode::bad_input,
            "the processes do not evaluate the same thing: give all of them the same options, "
            "and the same files on every machine");
    }

    void score_own_share(std::span<const std::int64_t> round, const std::stop_token& stop) {
        std::vector<std::int64_t> share;
        for (auto at = static_cast<std::size_t>(group_.place().rank); at < round.size();
             at += static_cast<std::size_t>(group_.place().world_size)) {
            share.push_back(round[at]);
        }
        own_ = Scores{
            0, std::vector<std::uint8_t>(windows_),
            std::vector<std::vector<WindowScore>>(variants_, std::vector<WindowScore>(windows_))};
        const ScoresFn no_scores;
        const ProgressFn pass_on_notes = [&](const Progress& progress) {
            if (!progress.note.empty()) collector_.say(progress.note);
        };
        ScoreCollector own(own_, share.size(), 0, false, pass_on_notes, no_scores);
        error_ = nullptr;
        stopped_ = false;
        try {
            evaluation_.run(share, own, stop);
        } catch (const Error& error) {
            error_ = std::current_exception();  // the others must hear of it first
            stopped_ = error.code() == ErrorCode::cancelled;
        } catch (...) {
            error_ = std::current_exception();
        }
        if (error_) group_.stop_others();
        passes_ = own.passes_done();
    }

    /// Sums over the processes, of which one has scored each window and the others hold zeros.
    void exchange(std::span<const std::int64_t> round) {
        std::vector<double> sums{stopped_ ? 1.0 : 0.0, error_ && !stopped_ ? 1.0 : 0.0,
                                 static_cast<double>(passes_)};
        const std::size_t heading = sums.size();
        for (const std::int64_t window : round) {
            for (const auto& of_variant : own_.values) {
                const WindowScore& score = of_variant[static_cast<std::size_t>(window)];
                sums.push_back(score.nll);
                sums.push_back(static_cast<double>(score.correct));
                add_tokens(window, score.tokens.get(), sums);
            }
        }
        group_.sum(sums, device_);
        if (error_ && !stopped_) std::rethrow_exception(error_);
        if (sums[1] > 0.0) {
            throw Error(ErrorCode::device, "another process failed; see what it printed last");
        }
        if (sums[0] > 0.0) throw Error(ErrorCode::cancelled, "cancelled");
        collector_.add_passes(static_cast<std::int64_t>(sums[2]));
        std::vector<std::vector<WindowScore>> values(round.size());
        std::size_t at = heading;
        for (std::size_t w = 0; w < round.size(); ++w) {
            auto& of_window = values[w];
            for (std::size_t variant = 0; variant < variants_; ++variant) {
                of_window.push_back({sums[at], static_cast<std::int64_t>(sums[at + 1])});
                at += 2;
                if (exchanges_tokens())
                    of_window.back().tokens = take_tokens(tokens_of(round[w]), sums, at);
            }
        }
        collector_.add(round, values);
    }

    [[nodiscard]] bool exchanges_tokens() const {
        return divergence_ || text_.has_chosen_predictions();
    }
    [[nodiscard]] std::size_t tokens_of(std::int64_t window) const {
        return static_cast<std::size_t>(text_.prediction_count(window));
    }

    /// Zeros where another process has them.
    void add_tokens(std::int64_t window, const TokenScores* tokens,
                    std::vector<double>& sums) const {
        if (!exchanges_tokens()) return;
        if (tokens == nullptr) {
            sums.resize(sums.size() + (divergence_ ? 4 : 2) * tokens_of(window));
            return;
        }
        sums.insert(sums.end(), tokens->nll.begin(), tokens->nll.end());
        sums.insert(sums.end(), tokens->correct.begin(), tokens->correct.end());
        sums.insert(sums.end(), tokens->kl.begin(), tokens->kl.end());
        sums.insert(sums.end(), tokens->same_top.begin(), tokens->same_top.end());
    }

    std::shared_ptr<const TokenScores> take_tokens(std::size_t count,
                                                   const std::vector<double>& sums,
                                                   std::size_t& at) const {
        TokenScores tokens;
        const auto take = [&](auto& values) {
            for (std::size_t i = 0; i < count; ++i, ++at)
                values.push_back(static_cast<std::decay_t<decltype(values[0])>>(sums[at]));
        };
        take(tokens.nll);
        take(tokens.correct);
        if (divergence_) {
            take(tokens.kl);
            take(tokens.same_top);
        }
        return std::make_shared<const TokenScores>(std::move(tokens));
    }

    ProcessGroup& group_;
    Evaluation& evaluation_;
    ScoreCollector& collector_;
    c10::Device device_;
    std::string digest_;
    std::size_t windows_;
    std::size_t variants_;
    const Windows& text_;
    bool divergence_;
    Scores own_;
    std::int64_t passes_ = 0;
    std::exception_ptr error_;
    bool stopped_ = false;  ///< error_ is a cancellation
};

}  // namespace

void evaluate_shared(ProcessGroup& group, const Model& model, const EvaluationParams& params,
                     Evaluation& evaluation, const std::vector<std::int64_t>& open,
                     ScoreCollector& collector, const std::stop_token& stop) {
    SharedEvaluation(group, model, params, evaluation, collector).run(open, stop);
}

}  // namespace headscope
