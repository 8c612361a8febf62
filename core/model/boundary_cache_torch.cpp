#include "core/model/boundary_cache_torch.h"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>

namespace headscope {

void BoundaryCache::configure(std::int64_t budget, int stride, const Tokens& first_window) {
    const std::scoped_lock lock(mutex_);
    if (first_window != text_) clear_all();
    text_ = first_window;
    budget_ = budget;
    if (states_.empty()) stride_ = std::max(1, stride);
}

void BoundaryCache::stop_keeping() {
    const std::scoped_lock lock(mutex_);
    budget_ = 0;
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

bool BoundaryCache::has_place() const {
    return block_.defined() && block_used_ < block_.size(0);
}

bool BoundaryCache::wants(int layer) const {
    const std::scoped_lock lock(mutex_);
    return layer > 0 && layer % stride_ == 0 && budget_ > 0 && (has_place() || bytes_ < budget_);
}

at::Tensor BoundaryCache::place_for(const at::Tensor& state) {
    constexpr std::int64_t kStatesOfBlock = 16;
    if (!has_place()) {
        const std::int64_t fitting = (budget_ - bytes_) / static_cast<std::int64_t>(state.nbytes());
        if (fitting < 1) return {};
        std::vector<std::int64_t> shape = state.sizes().vec();
        shape.insert(shape.begin(), std::min(kStatesOfBlock, fitting));
        block_ = at::empty(shape, state.options());
        block_used_ = 0;
        bytes_ += static_cast<std::int64_t>(block_.nbytes());
    }
    return block_.select(0, block_used_++);
}

void BoundaryCache::keep(const Tokens& window, int layer, const at::Tensor& state) {
    const std::scoped_lock lock(mutex_);
    const auto known = states_.find(window);
    if (budget_ == 0 || (known != states_.end() && known->second.contains(layer))) return;
    // All states of a text have one shape, and another text empties the cache.
    at::Tensor place = place_for(state);
    if (!place.defined()) return;
    place.copy_(state);
    states_[window].emplace(layer, std::move(place));
}

std::int64_t BoundaryCache::bytes() const {
    const std::scoped_lock lock(mutex_);
    return bytes_;
}

void BoundaryCache::clear() {
    const std::scoped_lock lock(mutex_);
    clear_all();
    budget_ = 0;
}

void BoundaryCache::clear_all() {
    states_.clear();
    block_.reset();
    block_used_ = 0;
    bytes_ = 0;
}

}  // namespace headscope
