// Which kernels of the GPU take what share of an evaluation: evaluates twice, without the profiler
// for the time and with it for the shares, and prints a table.
//   profile_evaluation MODEL_FOLDER [WINDOWS]

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include "core/base/locations.h"
#include "core/base/openblas_kernels.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"

namespace {

using namespace headscope;
namespace profiler = torch::autograd::profiler;

struct Share {
    double seconds = 0.0;
    std::int64_t calls = 0;
};

/// What a kernel does, by its name; the name itself for the small ones.
std::string part_of(const std::string& kernel) {
    const auto has = [&](const char* part) { return kernel.find(part) != std::string::npos; };
    if (has("swiglu")) return "SwiGLU";
    if (has("rms_norm")) return "RMSNorm";
    if (has("rotate")) return "rotary embedding";
    if (has("cross_entropy")) return "loss and argmax";
    if (has("sdpa") || has("flash") || has("fmha") || has("attention")) return "attention";
    if (has("gemm") || has("nvjet") || has("cutlass") || has("xmma")) return "matrix products";
    if (has("Memcpy") || has("copy") || has("CatArray")) return "copies";
    return "other: " + kernel.substr(0, 60);
}

std::map<std::string, Share> shares_of(const profiler::ProfilerResult& result) {
    std::map<std::string, Share> shares;
    for (const auto& event : result.events()) {
        if (event.deviceType() != c10::DeviceType::CUDA) continue;
        Share& share = shares[part_of(event.name())];
        share.seconds += static_cast<double>(event.durationNs()) * 1e-9;
        ++share.calls;
    }
    return shares;
}

void run(const std::filesystem::path& folder, std::int64_t max_windows) {
    const Checkpoint checkpoint = Checkpoint::open(folder);
    const Model model = Model::load(checkpoint, {});
    TextOptions options;
    options.max_windows = max_windows;
    const PreparedText text = prepare_text(checkpoint, options, cache_dir());
    const EvaluationParams params{{Variant{}}, text.windows, {}};
    evaluate(model, params);  // libraries choose their kernels
    const double plain = evaluate(model, params).seconds;

    const profiler::ProfilerConfig config(profiler::ProfilerState::KINETO);
    const std::set<profiler::ActivityType> activities{profiler::ActivityType::CUDA};
    profiler::prepareProfiler(config, activities);
    profiler::enableProfiler(config, activities);
    const double profiled = evaluate(model, params).seconds;
    const auto result = profiler::disableProfiler();

    const auto shares = shares_of(*result);
    std::vector<std::pair<std::string, Share>> rows(shares.begin(), shares.end());
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    double busy = 0.0;
    for (const auto& row : rows)
        busy += row.second.seconds;
    fmt::print(
        "{} windows: {:.3f} s, {:.3f} s under the profiler, of which kernels take {:.3f} s\n",
        text.windows->count(), plain, profiled, busy);
    for (const auto& [part, share] : rows) {
        fmt::print("{:6.3f} s {:5.1f} %  {:>7} calls  {}\n", share.seconds,
                   100.0 * share.seconds / busy, share.calls, part);
    }
}

}  // namespace

int main(int argc, char** argv) {
    choose_openblas_kernels();
    try {
        run(argc > 1 ? std::filesystem::path(argv[1]) : demo_model_dir(),
            argc > 2 ? std::atoi(argv[2]) : 0);
    } catch (const std::exception& error) {
        fmt::print(stderr, "profile_evaluation: {}\n", error.what());
        return 1;
    }
    return 0;
}
