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

}  // namespace

Redundancy redundancy_of(const at::Tensor& second, const at::Tensor& o, std::int64_t head_dim,
                         double ridge) {
    const std::int64_t heads = second.size(0) / head_dim;
    const at::Tensor m = second.to(at::kDouble).contiguous();
    const auto pairs = static_cast<std::size_t>(heads * (heads + 1) / 2);
    if (!at::isfinite(m).all().item<bool>()) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        return {std::vector<double>(pairs, nan),
                std::vector<double>(static_cast<std::size_t>(heads), nan)};
    }
    // tr(O_j S O_j^T) is the sum of the products of the elements of O_j^T O_j and S.
    const at::Tensor columns =
        o.to(at::kDouble).view({o.size(0), heads, head_dim}).permute({1, 2, 0});
    const at::Tensor gram = at::bmm(columns, columns.transpose(1, 2));  // [heads, d, d]
    const at::Tensor own = diagonal_blocks(m, head_dim);
    const at::Tensor all = (gram * own).sum(at::IntArrayRef{1, 2});
    const double mean = m.diagonal().mean().item<double>();
    const double shift = mean > 0.0 ? ridge * mean : 1.0;
    const at::Tensor eye = at::eye(head_dim, m.options());

    std::vector<at::Tensor> given;  // [heads]: what each head i makes up for of all j
    for (std::int64_t i = 0; i < heads; ++i) {
        const at::Tensor cross = m.narrow(0, i * head_dim, head_dim);  // M_ij of all j
        const at::Tensor solved =
            at::cholesky_solve(cross, at::linalg_cholesky(own[i] + shift * eye));
        const auto by_head = [&](const at::Tensor& rows) {
            return rows.view({head_dim, heads, head_dim}).permute({1, 0, 2});
        };
        const at::Tensor made_up =
            at::bmm(by_head(cross).transpose(1, 2), by_head(solved.contiguous()));
        given.push_back(share_that_goes(all - (gram * made_up).sum(at::IntArrayRef{1, 2}), all));
    }
    const at::Tensor table = at::stack(given);
    const std::vector<double> larger = doubles_of(at::maximum(table, table.t()));
    Redundancy found;
    for (std::int64_t i = 0; i < heads; ++i) {
        found.pairs.push_back(1.0);  // a head can write what it writes; the ridge would deny it
        found.pairs.insert(found.pairs.end(), larger.begin() + i * heads + i + 1,
                           larger.begin() + (i + 1) * heads);
    }
    // The block of the inverse that belongs to a head is the inverse of its Schur complement.
    const at::Tensor inverse =
        at::cholesky_inverse(at::linalg_cholesky(m + shift * at::eye(m.size(0), m.options())));
    const at::Tensor left = at::linalg_inv(diagonal_blocks(inverse, head_dim)) - shift * eye;
    found.heads = doubles_of(share_that_goes((gram * left).sum(at::IntArrayRef{1, 2}), all));
    return found;
}

}  // namespace headscope
