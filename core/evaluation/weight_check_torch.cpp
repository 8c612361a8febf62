#include "core/evaluation/weight_check_torch.h"

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace headscope {
namespace {

bool is_finite(const TensorView& view) {
    const auto dtype = view.dtype == DType::bf16  ? at::kBFloat16
                       : view.dtype == DType::f16 ? at::kHalf
                                                  : at::kFloat;
    auto* data = const_cast<std::byte*>(view.bytes.data());
    return at::isfinite(
               at::from_blob(data, view.shape, at::TensorOptions().dtype(dtype)).to(at::kFloat))
        .all()
        .item<bool>();
}

}  // namespace

void report_non_finite_loss(const LoadedModel& model, std::int64_t window) {
    for (const TensorInfo& info : model.checkpoint.tensors()) {
        if (!is_finite(model.checkpoint.tensor(info.name))) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {} holds NaN or infinity; the file is damaged, get it again",
                 info.file.string(), info.name);
        }
    }
    fail(ErrorCode::unsupported,
         "the loss of window {} is not a number in {}: values overflow; use --dtype float32",
         window, name_of(model.dtype));
}

}  // namespace headscope
