#include "ui/text/token_costs.h"

#include <algorithm>
#include <cmath>

namespace headscope::ui {

float cost_of(const TokenTable& table, std::size_t variant, TokenCost cost, std::size_t at) {
    const TokenTable::Variant& original = table.variants.front();
    const TokenTable::Variant& other = table.variants[variant];
    switch (cost) {
        case TokenCost::kl:
            return at < other.kl.size() ? other.kl[at] : 0.0F;
        case TokenCost::increase:
            return other.nll[at] - original.nll[at];
        case TokenCost::variant:
            return other.nll[at];
        case TokenCost::original:
            break;
    }
    return original.nll[at];
}

std::vector<Passage> worst_passages(const TokenTable& table, std::size_t variant, TokenCost cost,
                                    std::int64_t length, std::size_t most) {
    std::vector<Passage> passages;
    const std::int64_t predictions = table.predictions();
    for (std::int64_t row = 0; row < std::ssize(table.windows); ++row) {
        for (std::int64_t first = 0; first < predictions; first += length) {
            Passage passage{row, first, std::min(length, predictions - first), 0.0};
            for (std::int64_t i = 0; i < passage.count; ++i) {
                passage.mean += cost_of(table, variant, cost,
                                        static_cast<std::size_t>(row * predictions + first + i));
            }
            passage.mean /= static_cast<double>(passage.count);
            passages.push_back(passage);
        }
    }
    std::ranges::stable_sort(passages,
                             [](const Passage& a, const Passage& b) { return a.mean > b.mean; });
    if (passages.size() > most) passages.resize(most);
    return passages;
}

float high_cost(const TokenTable& table, std::size_t variant, TokenCost cost) {
    std::vector<float> sizes(table.variants.front().nll.size());
    for (std::size_t at = 0; at < sizes.size(); ++at)
        sizes[at] = std::abs(cost_of(table, variant, cost, at));
    if (sizes.empty()) return 1.0F;
    const auto high = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) * 99 / 100);
    std::nth_element(sizes.begin(), high, sizes.end());
    return std::max(*high, 1e-6F);
}

}  // namespace headscope::ui
