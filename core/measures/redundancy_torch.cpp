#include "core/measures/redundancy_torch.h"

#include <cstddef>
#include <limits>

#include <ATen/ATen.h>

namespace headscope {
namespace {

std::vector<double> doubles_of(const at::Tensor& tensor) {
    const at::Tensor here = tensor.to(at::kCPU, at::kDouble).contiguous();
    return {here.data_ptr<double>(), here.data_ptr<double>() + here.numel()};
}

/// The diagonal blocks of a square matrix of blocks, [blocks, size, size].
at::Tensor diagonal_blocks(const at::Tensor& matrix, std::int64_t size) {
    const std::int64_t blocks = matrix.size(0) / size;
    return matrix.view({blocks, size, blocks, size})
        .diagonal(0, 0, 2)
        .permute({2, 0, 1})
        .contiguous();
}

/// 1 - left / all, 0 where there is nothing.
at::Tensor share_that_goes(const at::Tensor& left, const at::Tensor& all) {
    return at::where(all > 0.0, (1.0 - left / all).clamp(0.0, 1.0), at::zeros_like(all));
}

/// What both need of a layer, in float64.
struct LayerMoments {
    LayerMoments(const at::Tensor& second, const at::Tensor& o, std::int64_t dim, double ridge)
        : heads(second.size(0) / dim), all_moments(second.to(at::kDouble).contiguous()) {
        const at::Tensor columns =
            o.to(at::kDouble).view({o.size(0), heads, dim}).permute({1, 2, 0});
        gram = at::bmm(columns, columns.transpose(1, 2));
        own = diagonal_blocks(all_moments, dim);
        writes = traces(own);
        const double mean = all_moments.diagonal().mean().item<double>();
        shift = mean > 0.0 ? ridge * mean : 1.0;
    }

    [[nodiscard]] bool finite() const { return at::isfinite(all_moments).all().item<bool>(); }

    /// tr(O_j S_j O_j^T) is the sum of the products of the elements of O_j^T O_j and S_j.
    [[nodiscard]] at::Tensor traces(const at::Tensor& blocks) const {
        return (gram * blocks).sum(at::IntArrayRef{1, 2});
    }

    /// r times the identity.
    [[nodiscard]] at::Tensor ridge_of(std::int64_t size) const {
        return shift * at::eye(size, all_moments.options());
    }

    std::int64_t heads;
    at::Tensor all_moments;
    at::Tensor gram;    ///< O_j^T O_j, [heads, dim, dim]
    at::Tensor own;     ///< M_jj, likewise
    at::Tensor writes;  ///< tr(O_j M_jj O_j^T)
    double shift = 1.0;
};

std::vector<double> not_finite(std::int64_t count) {
    return std::vector<double>(static_cast<std::size_t>(count),
                               std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

std::vector<double> redundancy_of_pairs(const at::Tensor& second, const at::Tensor& o,
                                        std::int64_t head_dim, double ridge) {
    const LayerMoments m(second, o, head_dim, ridge);
    if (!m.finite()) return not_finite(m.heads * (m.heads + 1) / 2);
    const at::Tensor shift = m.ridge_of(head_dim);
    std::vector<at::Tensor> given;  // [heads]: what each head i makes up for of all j
    for (std::int64_t i = 0; i < m.heads; ++i) {
        const at::Tensor cross = m.all_moments.narrow(0, i * head_dim, head_dim);  // M_ij of all j
        const at::Tensor solved = at::cholesky_solve(cross, at::linalg_cholesky(m.own[i] + shift));
        const auto by_head = [&](const at::Tensor& rows) {
            return rows.view({head_dim, m.heads, head_dim}).permute({1, 0, 2});
        };
        const at::Tensor made_up =
            at::bmm(by_head(cross).transpose(1, 2), by_head(solved.contiguous()));
        given.push_back(share_that_goes(m.writes - m.traces(made_up), m.writes));
    }
    const at::Tensor table = at::stack(given);
    const std::vector<double> larger = doubles_of(at::maximum(table, table.t()));
    std::vector<double> pairs;
    for (std::int64_t i = 0; i < m.heads; ++i) {
        pairs.push_back(1.0);  // a head can write what it writes; the ridge would deny it
        pairs.insert(pairs.end(), larger.begin() + i * m.heads + i + 1,
                     larger.begin() + (i + 1) * m.heads);
    }
    return pairs;
}

std::vector<double> redundancy_of_heads(const at::Tensor& second, const at::Tensor& o,
                                        std::int64_t head_dim, double ridge) {
    const LayerMoments m(second, o, head_dim, ridge);
    if (!m.finite()) return not_finite(m.heads);
    // The block of the inverse that belongs to a head is the inverse of its Schur complement.
    const at::Tensor inverse = at::cholesky_inverse(
        at::linalg_cholesky(m.all_moments + m.ridge_of(m.all_moments.size(0))));
    const at::Tensor left =
        at::linalg_inv(diagonal_blocks(inverse, head_dim)) - m.ridge_of(head_dim);
    return doubles_of(share_that_goes(m.traces(left), m.writes));
}

}  // namespace headscope
