#include "core/evaluation/weight_check_torch.h"

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace headscope {
namespace {

bool is_finite(const TensorView& view) {
    return at::isfinite(mapped(view).to(at::kFloat)).all().item<bool>();
}

}  // namespace

void report_non_finite(const LoadedModel& model, const std::string& what) {
    for (const TensorInfo& info : model.checkpoint.tensors()) {
        if (!is_finite(model.checkpoint.tensor(info.name))) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} holds NaN or infinity; the file is damaged, get it again",
                 info.file.string(), info.name);
        }
    }
    fail(ErrorCode::unsupported, "{} is not a number in {}: values overflow; use --dtype float32",
         what, name_of(model.dtype));
}

}  // namespace headscope
