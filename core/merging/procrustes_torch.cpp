#include "core/merging/procrustes_torch.h"

#include <cmath>
#include <vector>

#include <ATen/ATen.h>

namespace headscope {
namespace {

constexpr double kEnough = 1e-8;
constexpr int kMostRounds = 100;

/// Zero links from a block to itself: they are the same whatever the rotations.
at::Tensor without_diagonal(const at::Tensor& links, at::ScalarType dtype) {
    at::Tensor clean = links.to(at::kCPU, dtype, /*non_blocking=*/false, /*copy=*/true);
    for (std::int64_t a = 0; a < clean.size(0); ++a)
        clean[a][a].zero_();
    return clean;
}

/// The blocks in an order in which each follows one that it is linked to, wherever there is one.
std::vector<std::int64_t> linked_order(const at::Tensor& links) {
    const std::int64_t n = links.size(0);
    const at::Tensor linked = links.flatten(2).abs().amax(2).gt(0.0).contiguous();
    const bool* is_linked = linked.data_ptr<bool>();
    std::vector<std::int64_t> order = {0};
    std::vector<bool> placed(static_cast<std::size_t>(n), false);
    placed[0] = true;
    const auto reachable = [&](std::int64_t block) {
        for (const std::int64_t other : order) {
            if (is_linked[other * n + block]) return true;
        }
        return false;
    };
    while (static_cast<std::int64_t>(order.size()) < n) {
        std::int64_t next = -1;
        for (std::int64_t block = n - 1; block >= 0; --block) {
            if (placed[static_cast<std::size_t>(block)]) continue;
            if (next < 0 || reachable(block) || !reachable(next)) next = block;
        }
        placed[static_cast<std::size_t>(next)] = true;
        order.push_back(next);
    }
    return order;
}

/// What a fit did to the sum of agreements.
struct Fit {
    double gain = 0.0;
    double agreement = 0.0;  ///< of the block with all others, now
};

/// First every block is fitted to those that came before it, then each to all others, over and
/// over. `fit(block)` sets a block's rotation to the best for those that have one.
template <typename FitBlock>
void ascend(const at::Tensor& links, FitBlock fit) {
    const std::vector<std::int64_t> order = linked_order(links);
    for (std::size_t i = 1; i < order.size(); ++i)
        fit(order[i]);
    if (order.size() < 3) return;
    for (int round = 0; round < kMostRounds; ++round) {
        Fit sum;
        for (const std::int64_t block : order) {
            const Fit one = fit(block);
            sum.gain += one.gain;
            sum.agreement += one.agreement;
        }
        if (sum.gain <= kEnough * std::abs(sum.agreement)) return;
    }
}

/// The orthogonal R with the largest tr(R A^T).
at::Tensor polar_factor(const at::Tensor& a) {
    if (a.count_nonzero().item<std::int64_t>() == 0) return at::eye(a.size(0), a.options());
    const auto [u, s, vh] = at::linalg_svd(a, /*full_matrices=*/false);
    return u.matmul(vh);
}

}  // namespace

at::Tensor agreeing_rotations(const at::Tensor& links) {
    const at::Tensor clean = without_diagonal(links, at::kDouble);
    const std::int64_t n = clean.size(0);
    const std::int64_t d = clean.size(2);
    at::Tensor rotations = at::zeros({n, d, d}, clean.options());  // zero: not placed yet
    rotations[0].copy_(at::eye(d, clean.options()));
    ascend(clean, [&](std::int64_t block) {
        const at::Tensor towards = at::bmm(rotations, clean.select(1, block)).sum(0);
        const at::Tensor own = rotations[block];
        const double before = (own * towards).sum().item<double>();
        own.copy_(polar_factor(towards));
        const double after = (own * towards).sum().item<double>();
        return Fit{after - before, after};
    });
    // Turning all alike changes nothing: the first goes back to where it was.
    return at::matmul(rotations[0].t(), rotations);
}

at::Tensor agreeing_phases(const at::Tensor& links) {
    const at::Tensor clean = without_diagonal(links, at::kComplexDouble);
    at::Tensor phases = at::zeros({clean.size(0), clean.size(2)}, clean.options());
    phases[0].fill_(1.0);
    ascend(clean, [&](std::int64_t block) {
        const at::Tensor towards = (phases * clean.select(1, block)).sum(0);
        const at::Tensor own = phases[block];
        const double before = at::real(own.conj() * towards).sum().item<double>();
        own.copy_(at::where(towards.abs().gt(0.0), at::sgn(towards), at::ones_like(towards)));
        const double after = at::real(own.conj() * towards).sum().item<double>();
        return Fit{after - before, after};
    });
    return phases * phases[0].conj();
}

}  // namespace headscope
