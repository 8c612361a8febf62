#include "core/evaluation/prediction_base_torch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace headscope {

KeptPredictions::KeptPredictions(Model model, const Windows& windows)
    : model_(std::move(model)), forward_(model_.loaded(), windows.window()) {}

ops::Divergence KeptPredictions::compare(std::int64_t window, const ForwardPass& forward,
                                         const at::Tensor& rows, const at::Tensor& targets) const {
    at::Tensor base;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = rows_.find(window);
        if (found == rows_.end())
            fail(ErrorCode::internal, "window {} has no predictions to compare with", window);
        base = found->second;
    }
    base = base.to(rows.device());
    std::vector<at::Tensor> nll;
    std::vector<at::Tensor> correct;
    std::vector<at::Tensor> kl;
    std::vector<at::Tensor> same_top;
    for (std::int64_t first = 0; first < rows.size(0); first += forward.chunk_rows()) {
        const std::int64_t count = std::min(forward.chunk_rows(), rows.size(0) - first);
        const ops::Divergence found = ops::divergence(
            forward_.logits(base.narrow(0, first, count)),
            forward.logits(rows.narrow(0, first, count)), targets.narrow(0, first, count));
        nll.push_back(found.loss.nll);
        correct.push_back(found.loss.correct);
        kl.push_back(found.kl);
        same_top.push_back(found.same_top);
    }
    return {{at::cat(nll), at::cat(correct)}, at::cat(kl), at::cat(same_top)};
}

void KeptPredictions::keep(std::int64_t window, const at::Tensor& rows) {
    at::Tensor copy = rows.to(at::kCPU).clone();
    const std::scoped_lock lock(mutex_);
    rows_[window] = std::move(copy);
}

}  // namespace headscope
