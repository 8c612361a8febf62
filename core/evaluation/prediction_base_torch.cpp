#include "core/evaluation/prediction_base_torch.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace headscope {
namespace {

[[noreturn]] void fail_direction() {
    fail(ErrorCode::internal, "predictions of a file are either read or written");
}

/// Calls `use` with the number of each row and its logits, in float32, on the host.
void each_row(const ForwardPass& forward, const at::Tensor& rows,
              const std::function<void(std::int64_t row, std::span<const float> logits)>& use) {
    for (std::int64_t first = 0; first < rows.size(0); first += forward.chunk_rows()) {
        const std::int64_t count = std::min(forward.chunk_rows(), rows.size(0) - first);
        const at::Tensor logits =
            forward.logits(rows.narrow(0, first, count)).to(at::kFloat).to(at::kCPU).contiguous();
        const auto vocab = static_cast<std::size_t>(logits.size(1));
        for (std::int64_t i = 0; i < count; ++i) {
            use(first + i, {logits.data_ptr<float>() + static_cast<std::size_t>(i) * vocab, vocab});
        }
    }
}

}  // namespace

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
        const ops::Divergence found = ops::divergence(forward_.logits(base.narrow(0, first, count)),
                                                      forward.logits(rows.narrow(0, first, count)),
                                                      targets.narrow(0, first, count));
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

SavedPredictions::SavedPredictions(Model model, const Windows& windows,
                                   std::shared_ptr<LogitsWriter> writer)
    : model_(std::move(model)),
      forward_(model_.loaded(), windows.window()),
      writer_(std::move(writer)) {}

ops::Divergence SavedPredictions::compare(std::int64_t, const ForwardPass&, const at::Tensor&,
                                          const at::Tensor&) const {
    fail_direction();
}

void SavedPredictions::keep(std::int64_t window, const at::Tensor& rows) {
    const auto words = static_cast<std::size_t>(writer_->shape().row_words());
    std::vector<std::uint16_t> packed(static_cast<std::size_t>(rows.size(0)) * words);
    each_row(forward_, rows, [&](std::int64_t row, std::span<const float> logits) {
        pack_log_probabilities(
            logits, std::span(packed).subspan(static_cast<std::size_t>(row) * words, words));
    });
    writer_->write(window, packed);
}

ops::Divergence FilePredictions::compare(std::int64_t window, const ForwardPass& forward,
                                         const at::Tensor& rows, const at::Tensor& targets) const {
    const std::int64_t count = rows.size(0);
    ops::Divergence all{{at::empty({count}, at::kDouble), at::empty({count}, at::kBool)},
                        at::empty({count}, at::kDouble),
                        at::empty({count}, at::kBool)};
    const at::Tensor wanted = targets.to(at::kCPU).contiguous();
    each_row(forward, rows, [&](std::int64_t row, std::span<const float> logits) {
        const FileDivergence found =
            divergence_from(file_->row(window, row), logits, wanted.data_ptr<std::int64_t>()[row]);
        all.loss.nll.data_ptr<double>()[row] = found.nll;
        all.loss.correct.data_ptr<bool>()[row] = found.correct;
        all.kl.data_ptr<double>()[row] = found.kl;
        all.same_top.data_ptr<bool>()[row] = found.same_top;
    });
    return all;
}

void FilePredictions::keep(std::int64_t, const at::Tensor&) {
    fail_direction();
}

}  // namespace headscope
