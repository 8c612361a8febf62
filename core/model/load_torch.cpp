#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/model/compat_torch.h"
#include "core/model/loaded_model_torch.h"
#include "core/model/model_engine.h"

namespace headscope {
namespace {

c10::Device choose_device(const std::string& name) {
    if (name == "cpu") return c10::kCPU;
    const int gpus = compat::cuda_device_count();
    if (name == "auto") return gpus > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
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
        fail(ErrorCode::device, "device {}: {} CUDA device{} found; is the driver running?", name,
             gpus, gpus == 1 ? "" : "s");
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

WeightFormat choose_format(DType dtype, const c10::Device& device) {
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

std::shared_ptr<const LoadedModel> load_weights(const Checkpoint& checkpoint,
                                                const ResolvedCompute& compute, int threads,
                                                const ProgressFn& progress,
                                                const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const WeightFormat format = choose_format(compute.dtype, c10::Device(compute.device));
    const auto layers = static_cast<int>(checkpoint.config().num_hidden_layers);

    ProgressThrottle throttle(progress);
    auto loaded = std::make_shared<LoadedModel>(
        LoadedModel{checkpoint, format, compute.dtype, threads, {}, {}});
    throttle.report({"loading", 0, layers, "layers"});
    try {
        loaded->outer = load_outer(checkpoint, format);
        for (int layer = 0; layer < layers; ++layer) {
            throw_if_stopped(stop);
            loaded->layers.push_back(load_layer(checkpoint, layer, format));
            throttle.report({"loading", layer + 1, layers, "layers"});
        }
    } catch (...) {
        compat::rethrow_as_error();
    }
    return loaded;
}

}  // namespace

const ModelEngine kModelEngine{resolve_compute, load_weights};

}  // namespace headscope
