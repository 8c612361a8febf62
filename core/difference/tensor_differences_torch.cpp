#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "core/base/parallel.h"
#include "core/difference/difference_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/weight_reader_torch.h"

namespace headscope {
namespace {

TensorDifference subtract(const Checkpoint& first, const Checkpoint& second, const TensorInfo& info,
                          const std::stop_token& stop) {
    constexpr std::int64_t kElements = std::int64_t{1} << 20;  // that are subtracted at a time
    const TensorRows own = first.rows(info.name);
    const TensorRows its = second.rows(info.name);
    TensorDifference found;
    found.name = info.name;
    found.elements = info.elements();
    double squares = 0.0;
    double squares_apart = 0.0;
    const std::int64_t piece = std::max<std::int64_t>(1, kElements / own.columns());
    for (std::int64_t row = 0; row < own.count(); row += piece) {
        throw_if_stopped(stop);
        const std::int64_t count = std::min(piece, own.count() - row);
        const at::Tensor a = read_rows(own, row, count).to(at::kDouble);
        const at::Tensor apart = a - read_rows(its, row, count).to(at::kDouble);
        squares += a.square().sum().item<double>();
        squares_apart += apart.square().sum().item<double>();
        found.largest = std::max(found.largest, apart.abs().max().item<double>());
    }
    found.norm = std::sqrt(squares);
    found.difference = std::sqrt(squares_apart);
    return found;
}

}  // namespace

TensorDifferences subtract_tensors(const Checkpoint& first, const Checkpoint& second, int threads,
                                   const ProgressFn& progress, const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    std::map<std::string, std::vector<std::int64_t>> its;
    for (const TensorInfo& info : second.tensors())
        its.emplace(info.name, info.shape);
    TensorDifferences found;
    std::vector<TensorInfo> common;
    for (const TensorInfo& info : first.tensors()) {
        const auto same = its.find(info.name);
        if (same != its.end() && same->second == info.shape) {
            common.push_back(info);
        } else {
            found.unpaired.push_back(
                {info.name, info.shape,
                 same == its.end() ? std::vector<std::int64_t>{} : same->second});
        }
        if (same != its.end()) its.erase(same);
    }
    for (const auto& [name, shape] : its)
        found.unpaired.push_back({name, {}, shape});
    std::sort(found.unpaired.begin(), found.unpaired.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });

    found.tensors.resize(common.size());
    ProgressThrottle throttle(progress);
    std::mutex mutex;
    std::int64_t done = 0;
    const auto total = static_cast<std::int64_t>(common.size());
    try {
        parallel_for(common.size(), threads, stop, [&](std::size_t i, int) {
            const c10::InferenceMode no_gradients_here;
            at::set_num_threads(1);
            found.tensors[i] = subtract(first, second, common[i], stop);
            const std::scoped_lock lock(mutex);
            throttle.report({"subtracting tensors", ++done, total, "tensors"});
        });
    } catch (...) {
        compat::rethrow_as_error();
    }
    return found;
}

}  // namespace headscope
