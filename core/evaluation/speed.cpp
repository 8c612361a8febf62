#include "core/evaluation/speed.h"

#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/evaluation/evaluation_engine.h"
#include "core/model/engine_module.h"

namespace headscope {
namespace {

const EvaluationEngine& engine() {
    return engine_table<EvaluationEngine>(kEvaluationEngineSymbol);
}

}  // namespace

double PrefillSpeed::mean() const {
    if (values.empty()) return 0.0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double PrefillSpeed::deviation() const {
    if (values.size() < 2) return 0.0;
    const double middle = mean();
    double squares = 0.0;
    for (const double value : values)
        squares += (value - middle) * (value - middle);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::vector<PrefillSpeed> measure_prefill(std::span<const Model> models, const SpeedParams& params,
                                          const ProgressFn& progress, const std::stop_token& stop) {
    for (const Model& model : models) {
        const std::int64_t longest = model.config().longest_window();
        if (params.prompt > longest) {
            fail(ErrorCode::bad_input,
                 "{}: a prompt of {} tokens is longer than the {} that the model reads; choose a "
                 "shorter one",
                 model.checkpoint().path().string(), params.prompt, longest);
        }
    }
    ProgressThrottle throttle(progress);
    const auto runs = static_cast<std::int64_t>(models.size()) * (params.repetitions + 1);
    std::vector<PrefillSpeed> speeds(models.size());
    std::int64_t done = 0;
    for (int repetition = -1; repetition < params.repetitions; ++repetition) {
        for (std::size_t i = 0; i < models.size(); ++i) {
            throw_if_stopped(stop);
            throttle.report({"measuring speed", done++, runs, "runs"});
            const double seconds = engine().prefill(models[i], params.prompt, stop);
            speeds[i].prompt = params.prompt;
            if (repetition >= 0)
                speeds[i].values.push_back(static_cast<double>(params.prompt) / seconds);
        }
    }
    throttle.report({"measuring speed", runs, runs, "runs"});
    return speeds;
}

}  // namespace headscope
