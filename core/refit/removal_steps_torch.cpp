#include "core/refit/removal_steps_torch.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/model/layer_source_torch.h"

namespace headscope {
namespace {

/// The inverse of a symmetric positive definite matrix.
at::Tensor spd_inverse(const at::Tensor& a) {
    return at::cholesky_inverse(at::linalg_cholesky(a));
}

}  // namespace

RemovalSteps steps_by_refit(const at::Tensor& second, const at::Tensor& o, std::int64_t head_dim,
                            std::int64_t served, double energy, double ridge) {
    const std::int64_t size = served * head_dim;
    const std::int64_t units = o.size(1) / size;
    const double mean = second.diagonal().mean().item<double>();
    at::Tensor p =
        spd_inverse(second + at::diag(at::full({second.size(0)}, mean > 0.0 ? ridge * mean : 1.0,
                                               second.options())));
    at::Tensor left = o.clone();
    std::vector<std::int64_t> open(static_cast<std::size_t>(units));
    std::iota(open.begin(), open.end(), 0);
    RemovalSteps steps;
    while (!open.empty()) {
        std::vector<at::Tensor> costs;
        for (const std::int64_t unit : open) {
            const at::Tensor own = left.narrow(1, unit * size, size);
            const at::Tensor own_p =
                p.narrow(0, unit * size, size).narrow(1, unit * size, size).contiguous();
            costs.push_back((at::mm(own, spd_inverse(own_p)) * own).sum());
        }
        const at::Tensor all = at::stack(costs).to(at::kCPU);
        const auto best = static_cast<std::size_t>(all.argmin().item<std::int64_t>());
        const std::int64_t unit = open[best];
        RemovalStep step{std::vector<int>(static_cast<std::size_t>(served)),
                         all[static_cast<std::int64_t>(best)].item<double>() / energy};
        std::iota(step.heads.begin(), step.heads.end(), static_cast<int>(unit * served));
        steps.push_back(std::move(step));
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(best));
        // A block pivot: the columns of the unit leave, the others take over what they can.
        const at::Tensor rows = p.narrow(0, unit * size, size).clone();
        const at::Tensor own_inverse = spd_inverse(rows.narrow(1, unit * size, size).contiguous());
        const at::Tensor shared = at::mm(own_inverse, rows);  // (P_DD)^-1 P_D
        left = left - at::mm(left.narrow(1, unit * size, size), shared);
        p = p - at::mm(rows.t(), shared);
    }
    return steps;
}

void find_steps(const LoadedModel& model, RemovalUnit unit,
                std::vector<LayerCalibration>& calibration, const std::stop_token& stop) {
    const ModelConfig& config = model.checkpoint.config();
    LayerSource source(model);
    source.begin(0, stop);
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        throw_if_stopped(stop);
        const at::Tensor& o = source.layer(layer).attention.o;
        const auto found =
            std::find_if(calibration.begin(), calibration.end(),
                         [layer](const LayerCalibration& of) { return of.layer == layer; });
        if (found == calibration.end()) continue;
        if (!found->moments || !(found->residual > 0.0)) {
            fail(ErrorCode::bad_input, "there are no moments of layer {} to order removals by",
                 layer);
        }
        const HeadCounts counts = config.heads_of(layer);
        const std::int64_t served = unit == RemovalUnit::heads      ? 1
                                    : unit == RemovalUnit::kv_heads ? counts.heads_per_kv_head()
                                                                    : counts.heads;
        const at::Tensor second = at::from_blob(const_cast<float*>(found->moments->second.data()),
                                                {o.size(1), o.size(1)}, at::kFloat)
                                      .to(o.device(), at::kDouble);
        found->removal_steps =
            steps_by_refit(second, o.to(at::kDouble), config.head_dim, served, found->residual);
    }
}

}  // namespace headscope
