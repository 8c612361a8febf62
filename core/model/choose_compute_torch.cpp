#include "core/model/choose_compute_torch.h"

#include <ATen/Context.h>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/model/compat_torch.h"

namespace headscope {
namespace {

/// The first GPU, or the one of this process where several share a machine.
c10::Device own_gpu(int gpus) {
    // A launcher may show each process only its own.
    const int index = gpus == 1 ? 0 : process_rank().local_rank;
    if (index >= gpus) {
        fail(
            ErrorCode::device,
            "the process of local rank {} has no GPU of its own: {} found; start as many processes "
            "on each machine as it has GPUs, or use --device cpu",
            index, gpus);
    }
    return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

c10::Device choose_device(const std::string& name) {
    if (name == "cpu") return c10::kCPU;
    const int gpus = compat::cuda_device_count();
    if (name == "auto" && gpus == 0) return c10::kCPU;
    if (name == "auto" || (name == "cuda" && gpus > 0)) return own_gpu(gpus);
    if (name != "cuda" && !name.starts_with("cuda:")) {
        fail(ErrorCode::bad_input, "\"{}\" is not a device; choose auto, cpu, cuda or cuda:N",
             name);
    }
    if (!at::hasCUDA()) {
        fail(ErrorCode::device,
             "device {}: this build of Headscope uses a libtorch without CUDA; use --device cpu or "
             "build against one that has it",
             name);
    }
    int index = 0;
    if (name != "cuda") {
        const std::string digits = name.substr(5);
        if (digits.empty() || digits.size() > 3 ||
            digits.find_first_not_of("0123456789") != std::string::npos) {
            fail(ErrorCode::bad_input, "\"{}\" is not a device; choose auto, cpu, cuda or cuda:N",
                 name);
        }
        index = std::stoi(digits);
    }
    if (index >= gpus) {
        fail(ErrorCode::device, "device {}: {} CUDA device{} found{}", name, gpus,
             gpus == 1 ? "" : "s", gpus == 0 ? compat::cuda_problem() : "");
    }
    return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

DType choose_dtype(const std::string& name, const c10::Device& device) {
    if (name == "auto") return device.is_cpu() ? DType::f32 : DType::bf16;
    if (name == "float32" || name == "f32") return DType::f32;
    if (name == "bfloat16" || name == "bf16") return DType::bf16;
    if (name == "float16" || name == "f16") {
        if (device.is_cpu()) {
            fail(ErrorCode::unsupported,
                 "float16 does not compute on the CPU; use --dtype bfloat16 or float32");
        }
        return DType::f16;
    }
    fail(ErrorCode::bad_input, "\"{}\" is not a dtype; choose auto, float32, bfloat16 or float16",
         name);
}

}  // namespace

WeightFormat choose_format(const ResolvedCompute& resolved) {
    const DType dtype = resolved.dtype;
    const c10::Device device(resolved.device);
    const at::ScalarType compute = dtype == DType::f32    ? at::kFloat
                                   : dtype == DType::bf16 ? at::kBFloat16
                                                          : at::kHalf;
    const bool widen = device.is_cpu() && dtype == DType::bf16 && !compat::has_fast_cpu_bfloat16();
    return {compute, widen ? at::kFloat : compute, device};
}

ResolvedCompute resolve_compute(const ComputeOptions& options) {
    const c10::Device device = choose_device(options.device);
    return {device.str(), choose_dtype(options.dtype, device)};
}

}  // namespace headscope
