#include "core/merging/pairs.h"

#include <algorithm>
#include <tuple>

namespace headscope {

std::vector<HeadPair> find_pairs(const SimilarityMatrix& matrix, double threshold) {
    std::vector<HeadPair> pairs;
    for (int i = 0; i < matrix.heads; ++i) {
        for (int j = i + 1; j < matrix.heads; ++j) {
            if (const double similarity = matrix.at(i, j); similarity >= threshold) {
                pairs.push_back({i, j, similarity});
            }
        }
    }
    std::sort(pairs.begin(), pairs.end(), [](const HeadPair& a, const HeadPair& b) {
        return std::tuple(-a.similarity, a.first, a.second) <
               std::tuple(-b.similarity, b.first, b.second);
    });
    return pairs;
}

}  // namespace headscope
