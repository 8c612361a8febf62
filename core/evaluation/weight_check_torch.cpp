#include "core/evaluation/weight_check_torch.h"

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace headscope {
namespace {

bool is_finite(const TensorView& view) {
    return at::isfinite(mapped(view).to(at::kFloat)).all().item<bool>();
}

}  // namespace

void require_finite_weights(const LoadedModel& model) {
    for (const TensorInfo& info : model.checkpoint.tensors()) {
        if (!is_finite(model.checkpoint.tensor(info.name))) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} holds NaN or infinity; the file is damaged, get it again",
                 info.file.string(), info.name);
        }
    }
}

void report_non_finite_loss(const LoadedModel& model, std::int64_t window) {
    require_finite_weights(model);
    fail(ErrorCode::unsupported,
         "the loss of window {} is not a number in {}: values overflow; use --dtype float32",
         window, name_of(model.dtype));
}

}  // namespace headscope
