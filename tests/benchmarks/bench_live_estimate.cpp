// How long the live estimate takes: from a change of the threshold to the first estimate with an
// interval, and to all of its windows, when an earlier estimate has left states of the original.
//   bench_live_estimate MODEL_FOLDER [WINDOWS]     default: the demo model, 8 windows

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>

#include <fmt/core.h>

#include "core/base/locations.h"
#include "core/base/openblas_kernels.h"
#include "core/evaluation/comparison.h"
#include "core/evaluation/prepare.h"
#include "core/merging/merge_plan.h"

namespace {

using namespace headscope;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void run(const std::filesystem::path& folder, std::int64_t limit) {
    const Checkpoint checkpoint = Checkpoint::open(folder);
    const Model model = Model::load(checkpoint, {});
    const PreparedText text = prepare_text(checkpoint, {}, cache_dir());
    const auto matrices = compute_similarity(checkpoint, {}, {}, {});
    Scores original;
    fmt::print("{} on {}, {} windows of {}\n", name_of(model.dtype()), model.device(), limit,
               text.windows->window());
    for (const double threshold : {0.98, 0.99, 0.995, 0.985, 0.9925}) {
        const auto start = Clock::now();
        const MergePlan plan = make_merge_plan(matrices, checkpoint.config(), {threshold});
        std::optional<double> first;
        const ComparisonParams params{{variant_of(plan)}, text.windows, limit, original};
        const EvaluationResult result =
            evaluate_against_original(model, params, {}, [&](const Scores& scores) {
                if (!first && scores.windows_done() >= 2) first = seconds_since(start);
            });
        const Estimate change = result.scores.change(0, 1).perplexity_ratio;
        fmt::print(
            "threshold {:<6}: first estimate after {:.3f} s, all windows after {:.3f} s, {} "
            "layer passes; change {:+.4f} % [{:+.4f}, {:+.4f}]\n",
            threshold, first.value_or(-1.0), seconds_since(start), result.layer_passes,
            100 * (change.value - 1), 100 * (change.low - 1), 100 * (change.high - 1));
        original = scores_of(result.scores, 0);
    }
}

}  // namespace

int main(int argc, char** argv) {
    choose_openblas_kernels();
    try {
        run(argc > 1 ? std::filesystem::path(argv[1]) : demo_model_dir(),
            argc > 2 ? std::atoi(argv[2]) : 8);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_live_estimate: {}\n", error.what());
        return 1;
    }
    return 0;
}
