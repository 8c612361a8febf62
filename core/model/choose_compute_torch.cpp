#include "core/model/choose_compute_torch.h"

#include <string_view>
#include <vector>

#include <ATen/Context.h>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/model/compat_torch.h"
#include "core/similarity/layer_list.h"

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

[[noreturn]] void refuse_device(const std::string& name) {
    fail(ErrorCode::bad_input, "\"{}\" is not a device; choose auto, cpu, cuda, cuda:N or cuda:all",
         name);
}

c10::Device gpu(int index) {
    return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

/// The GPUs of "cuda:1", "cuda:0,2", "cuda:0-3" or "cuda:all".
std::vector<c10::Device> listed_gpus(const std::string& name, int gpus) {
    std::vector<c10::Device> listed;
    const std::string list = name.substr(std::string_view("cuda:").size());
    if (list == "all") {
        for (int index = 0; index < gpus; ++index)
            listed.push_back(gpu(index));
        return listed;
    }
    try {
        for (const int index : parse_layers(list)) {  // a list of the same form
            if (index >= gpus) {
                fail(ErrorCode::device, "device {}: {} CUDA device{} found{}", name, gpus,
                     gpus == 1 ? "" : "s", gpus == 0 ? compat::cuda_problem() : "");
            }
            listed.push_back(gpu(index));
        }
    } catch (const Error& error) {
        if (error.code() == ErrorCode::device) throw;
        refuse_device(name);
    }
    return listed;
}

/// The first of them is where a model computes.
std::vector<c10::Device> choose_devices(const std::string& name) {
    if (name == "cpu") return {c10::kCPU};
    const int gpus = compat::cuda_device_count();
    if (name == "auto" && gpus == 0) return {c10::kCPU};
    if (name == "auto" || (name == "cuda" && gpus > 0)) return {own_gpu(gpus)};
    if (name != "cuda" && !name.starts_with("cuda:")) refuse_device(name);
    if (!at::hasCUDA()) {
        fail(ErrorCode::device,
             "device {}: this build of Headscope uses a libtorch without CUDA; use --device cpu or "
             "build against one that has it",
             name);
    }
    const std::vector<c10::Device> listed =
        name == "cuda" ? listed_gpus("cuda:0", gpus) : listed_gpus(name, gpus);
    if (listed.empty()) {
        fail(ErrorCode::device, "device {}: no CUDA device found{}", name, compat::cuda_problem());
    }
    // The processes of a job have one each.
    if (listed.size() > 1 && !process_rank().alone()) return {own_gpu(gpus)};
    return listed;
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
    const std::vector<c10::Device> devices = choose_devices(options.device);
    ResolvedCompute resolved{devices.front().str(), choose_dtype(options.dtype, devices.front())};
    for (std::size_t i = 1; i < devices.size(); ++i)
        resolved.others.push_back(devices[i].str());
    return resolved;
}

}  // namespace headscope
