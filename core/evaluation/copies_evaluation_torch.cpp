#include "core/evaluation/copies_evaluation_torch.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/model/compat_torch.h"

namespace headscope {
namespace {

/// The windows of each of `devices`: a window's place in the order of the whole text decides.
std::vector<std::vector<std::int64_t>> shares_of(const EvaluationParams& params,
                                                 const std::vector<std::int64_t>& open,
                                                 std::size_t devices) {
    std::map<std::int64_t, std::size_t> place;
    for (const std::int64_t window :
         params.order.empty() ? params.windows->shuffled_order() : params.order)
        place.emplace(window, place.size());
    std::vector<std::vector<std::int64_t>> shares(devices);
    for (const std::int64_t window : open)
        shares[place.at(window) % devices].push_back(window);
    return shares;
}

/// The first error of several threads; the others are asked to stop.
class FirstError {
  public:
    explicit FirstError(const std::stop_token& stop)
        : pass_on_(stop, [this] { stop_.request_stop(); }) {}

    [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }

    /// To be called in a catch block.
    void keep() {
        const std::scoped_lock lock(mutex_);
        if (!error_) error_ = std::current_exception();
        stop_.request_stop();
    }

    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

  private:
    std::stop_source stop_;
    std::mutex mutex_;
    std::exception_ptr error_;
    std::stop_callback<std::function<void()>> pass_on_;
};

}  // namespace

void evaluate_on_copies(const LoadedModel& model, const EvaluationParams& params,
                        Evaluation& evaluation, const std::vector<std::int64_t>& open,
                        ScoreCollector& collector, const std::stop_token& stop) {
    const auto shares = shares_of(params, open, model.copies.size() + 1);
    FirstError error(stop);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < model.copies.size(); ++i) {
            threads.emplace_back([&, i] {
                const c10::InferenceMode no_gradients;
                const compat::ThreadSetting setting(1);
                try {
                    Evaluation on_copy(*model.copies[i], params);
                    on_copy.run(shares[i + 1], collector, error.stop());
                } catch (...) {
                    error.keep();
                }
            });
        }
        try {
            evaluation.run(shares.front(), collector, error.stop());
        } catch (...) {
            error.keep();
        }
    }
    error.rethrow();
}

}  // namespace headscope
