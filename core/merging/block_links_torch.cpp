#include "core/merging/block_links_torch.h"

#include <algorithm>
#include <numeric>

#include <ATen/ATen.h>

namespace headscope {
namespace {

/// The frames of a set, and how much each member adds to the sum of its frame.
struct Shares {
    std::vector<int> frames;
    at::Tensor to_frames;   ///< [frames, set], float32
    at::Tensor of_members;  ///< [set], float64, adding up to 1
};

Shares shares_of(const std::vector<int>& frames, const std::vector<double>& weights,
                 const at::Device& device) {
    Shares shares{frames, {}, at::tensor(weights, at::kDouble)};
    shares.of_members.div_(shares.of_members.sum());
    auto& distinct = shares.frames;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const auto members = static_cast<std::int64_t>(frames.size());
    shares.to_frames = at::zeros({static_cast<std::int64_t>(distinct.size()), members}, at::kFloat);
    for (std::int64_t member = 0; member < members; ++member) {
        const auto at = std::lower_bound(distinct.begin(), distinct.end(),
                                         frames[static_cast<std::size_t>(member)]);
        shares.to_frames[at - distinct.begin()][member] = shares.of_members[member];
    }
    shares.to_frames = shares.to_frames.to(device);
    shares.of_members = shares.of_members.to(device);
    return shares;
}

/// n times the weighted sum of the members' sums of squares.
at::Tensor energy_of(const at::Tensor& squares, const Shares& shares) {
    return (squares.to(at::kDouble) * shares.of_members).sum() *
           static_cast<double>(shares.of_members.numel());
}

/// Weighted sums over the members of each frame: [frames, d, columns].
at::Tensor frame_sums(const at::Tensor& blocks, const Shares& shares) {
    const std::int64_t frames = shares.to_frames.size(0);
    return shares.to_frames.matmul(blocks.flatten(1))
        .view({frames, blocks.size(1), blocks.size(2)});
}

at::Tensor sums_of_squares(const at::Tensor& blocks) {
    return blocks.square().sum(at::IntArrayRef{1, 2}, /*keepdim=*/false, at::kDouble);
}

}  // namespace

SetLinks full_links(const at::Tensor& blocks, const std::vector<int>& frames,
                    const std::vector<double>& weights) {
    const Shares shares = shares_of(frames, weights, blocks.device());
    const at::Tensor sums = frame_sums(blocks, shares);
    const std::int64_t d = sums.size(1);
    const at::Tensor flat = sums.flatten(0, 1);
    const at::Tensor products =
        flat.matmul(flat.t()).view({sums.size(0), d, sums.size(0), d}).permute({0, 2, 1, 3});
    return {shares.frames, products * static_cast<double>(frames.size()),
            energy_of(sums_of_squares(blocks), shares)};
}

SetLinks pair_links(const at::Tensor& blocks, const std::vector<int>& frames,
                    const std::vector<double>& weights) {
    const Shares shares = shares_of(frames, weights, blocks.device());
    const at::Tensor sums = frame_sums(blocks, shares);
    const std::int64_t half = sums.size(1) / 2;
    // (u_a + i w_a) conj(u_b + i w_b), summed over the columns: [pairs, frames, frames].
    const at::Tensor u = sums.narrow(1, 0, half).permute({1, 0, 2}).contiguous();
    const at::Tensor w = sums.narrow(1, half, half).permute({1, 0, 2}).contiguous();
    const at::Tensor ut = u.transpose(1, 2);
    const at::Tensor wt = w.transpose(1, 2);
    const at::Tensor real = (at::bmm(u, ut) + at::bmm(w, wt)).cpu();
    const at::Tensor imaginary = (at::bmm(w, ut) - at::bmm(u, wt)).cpu();
    const at::Tensor products = at::complex(real, imaginary).permute({1, 2, 0});
    return {shares.frames, products * static_cast<double>(frames.size()),
            energy_of(sums_of_squares(blocks), shares)};
}

SetLinks moment_links(const at::Tensor& moments, const std::vector<int>& set,
                      const std::vector<int>& frames, const std::vector<double>& weights) {
    const Shares shares = shares_of(frames, weights, moments.device());
    const auto n = static_cast<std::int64_t>(set.size());
    const std::int64_t d = moments.size(1);
    const std::int64_t kept = shares.to_frames.size(0);
    std::vector<at::Tensor> own;
    for (const int head : set)
        own.push_back(moments[head].select(1, head).diagonal().sum());
    const at::Tensor heads = at::tensor(std::vector<std::int64_t>(set.begin(), set.end()));
    const at::Tensor among =
        moments.index_select(0, heads).index_select(2, heads).permute({0, 2, 1, 3});
    const at::Tensor rows = shares.to_frames.matmul(among.reshape({n, n * d * d}));
    const at::Tensor both = shares.to_frames.matmul(
        rows.view({kept, n, d * d}).transpose(0, 1).reshape({n, kept * d * d}));
    return {shares.frames, both.view({kept, kept, d, d}).transpose(0, 1) * static_cast<double>(n),
            energy_of(at::stack(own), shares)};
}

void LinkSum::add(const SetLinks& set) {
    const at::Tensor links = set.links.cpu();
    if (!sum_.defined()) {
        std::vector<std::int64_t> shape = links.sizes().vec();
        shape[0] = shape[1] = frames_;
        sum_ = at::zeros(shape, links.is_complex() ? at::kComplexDouble : at::kDouble);
    }
    for (std::size_t a = 0; a < set.frames.size(); ++a) {
        for (std::size_t b = 0; b < set.frames.size(); ++b)
            sum_[set.frames[a]][set.frames[b]].add_(
                links[static_cast<std::int64_t>(a)][static_cast<std::int64_t>(b)]);
    }
    energy_ += set.energy.item<double>();
}

at::Tensor LinkSum::share() const {
    if (!sum_.defined()) return at::zeros({}, at::kDouble);
    return energy_ > 0.0 ? sum_ / energy_ : sum_;
}

}  // namespace headscope
