#include "core/model/boundary_cache_torch.h"

#include <algorithm>
#include <utility>

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
    const bool room = bytes_ < budget_ || (block_.defined() && block_used_ < block_.size(0));
    return layer > 0 && layer % stride_ == 0 && room;
}

at::Tensor BoundaryCache::place_for(const at::Tensor& state) {
    constexpr std::int64_t kStatesOfBlock = 16;
    const bool fits = block_.defined() && block_.sizes().slice(1) == state.sizes() &&
                      block_.scalar_type() == state.scalar_type() && block_used_ < block_.size(0);
    if (!fits) {
        const auto size = static_cast<std::int64_t>(state.nbytes());
        std::vector<std::int64_t> shape = state.sizes().vec();
        shape.insert(shape.begin(), std::min(kStatesOfBlock, (budget_ - bytes_) / size));
        block_ = at::empty(shape, state.options());
        block_used_ = 0;
        bytes_ += static_cast<std::int64_t>(block_.nbytes());
    }
    return block_.select(0, block_used_++);
}

void BoundaryCache::keep(const Tokens& window, int layer, const at::Tensor& state) {
    const std::scoped_lock lock(mutex_);
    const bool room = block_.defined() && block_used_ < block_.size(0);
    if (!room && bytes_ + static_cast<std::int64_t>(state.nbytes()) > budget_) return;
    auto& of_window = states_[window];
    if (of_window.contains(layer)) return;
    at::Tensor place = place_for(state);
    place.copy_(state);
    of_window.emplace(layer, std::move(place));
}

std::int64_t BoundaryCache::bytes() const {
    const std::scoped_lock lock(mutex_);
    return bytes_;
}

void BoundaryCache::clear() {
    const std::scoped_lock lock(mutex_);
    states_.clear();
    block_.reset();
    block_used_ = 0;
    bytes_ = 0;
    budget_ = 0;
}

}  // namespace headscope
