#include "core/model/boundary_cache_torch.h"

#include <algorithm>

#include <ATen/ATen.h>

namespace headscope {

void BoundaryCache::configure(std::int64_t budget, int stride) {
    const std::scoped_lock lock(mutex_);
    budget_ = budget;
    stride_ = std::max(1, stride);
}

int BoundaryCache::latest(const std::vector<Tokens>& windows, int layer) const {
    const std::scoped_lock lock(mutex_);
    for (int at = layer; at > 0; --at) {
        const bool all = std::all_of(windows.begin(), windows.end(), [&](const Tokens& window) {
            const auto found = states_.find(window);
            return found != states_.end() && found->second.contains(at);
        });
        if (all) return at;
    }
    return 0;
}

at::Tensor BoundaryCache::state(const Tokens& window, int layer) const {
    const std::scoped_lock lock(mutex_);
    return states_.at(window).at(layer);
}

bool BoundaryCache::wants(int layer) const {
    const std::scoped_lock lock(mutex_);
    return layer > 0 && layer % stride_ == 0 && bytes_ < budget_;
}

void BoundaryCache::keep(const Tokens& window, int layer, const at::Tensor& state) {
    const auto size = static_cast<std::int64_t>(state.nbytes());
    const std::scoped_lock lock(mutex_);
    if (bytes_ + size > budget_) return;
    const auto [at, added] = states_[window].try_emplace(layer);
    if (!added) return;
    at->second = state.clone();
    bytes_ += size;
}

std::int64_t BoundaryCache::bytes() const {
    const std::scoped_lock lock(mutex_);
    return bytes_;
}

void BoundaryCache::clear() {
    const std::scoped_lock lock(mutex_);
    states_.clear();
    bytes_ = 0;
}

}  // namespace headscope
