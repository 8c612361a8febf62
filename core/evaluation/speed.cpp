#include "core/evaluation/speed.h"

#include <algorithm>
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

double Speed::mean() const {
    if (values.empty()) return 0.0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Speed::deviation() const {
    if (values.size() < 2) return 0.0;
    const double middle = mean();
    double squares = 0.0;
    for (const double value : values)
        squares += (value - middle) * (value - middle);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::vector<ModelSpeed> measure_speed(std::span<const Model> models, const SpeedParams& params,
                                      const ProgressFn& progress, const std::stop_token& stop) {
    for (const Model& model : models) {
        const std::int64_t longest = model.config().longest_window();
        const std::int64_t wanted = std::max(params.prompt, params.generated);
        if (wanted > longest) {
            fail(ErrorCode::bad_input,
                 "{}: {} tokens are more than the {} that the model reads; choose fewer",
                 model.checkpoint().path().string(), wanted, longest);
        }
    }
    struct Test {
        std::int64_t tokens;
        Speed ModelSpeed::*speed;
        double (*seconds)(const Model& model, std::int64_t tokens, const std::stop_token& stop);
    };
    std::vector<Test> tests;
    if (params.prompt > 0) tests.push_back({params.prompt, &ModelSpeed::prefill, engine().prefill});
    if (params.generated > 0)
        tests.push_back({params.generated, &ModelSpeed::generation, engine().generation});
    ProgressThrottle throttle(progress);
    const auto runs =
        static_cast<std::int64_t>(models.size() * tests.size()) * (params.repetitions + 1);
    std::vector<ModelSpeed> speeds(models.size());
    std::int64_t done = 0;
    for (const Test& test : tests) {
        for (int repetition = -1; repetition < params.repetitions; ++repetition) {
            for (std::size_t i = 0; i < models.size(); ++i) {
                throw_if_stopped(stop);
                throttle.report({"measuring speed", done++, runs, "runs"});
                const double seconds = test.seconds(models[i], test.tokens, stop);
                Speed& speed = speeds[i].*test.speed;
                speed.tokens = test.tokens;
                if (repetition >= 0)
                    speed.values.push_back(static_cast<double>(test.tokens) / seconds);
            }
        }
    }
    throttle.report({"measuring speed", runs, runs, "runs"});
    return speeds;
}

}  // namespace headscope
