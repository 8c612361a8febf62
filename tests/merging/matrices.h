#pragma once

#include <random>
#include <tuple>
#include <vector>

#include "core/similarity/similarity.h"

namespace headscope::testing {

/// A similarity matrix that is 0 but for the given (i, j, similarity).
inline SimilarityMatrix matrix_of(int heads,
                                  const std::vector<std::tuple<int, int, double>>& entries,
                                  int layer = 0) {
    const auto n = static_cast<std::size_t>(heads);
    SimilarityMatrix matrix{layer, heads, std::vector<double>(n * n, 0.0)};
    const auto set = [&](int i, int j, double value) {
        matrix.values[static_cast<std::size_t>(i) * n + static_cast<std::size_t>(j)] = value;
    };
    for (int i = 0; i < heads; ++i)
        set(i, i, 1.0);
    for (const auto& [i, j, value] : entries) {
        set(i, j, value);
        set(j, i, value);
    }
    return matrix;
}

/// A random symmetric matrix with values in [0, 1).
inline SimilarityMatrix random_matrix(int heads, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> value(0.0, 1.0);
    std::vector<std::tuple<int, int, double>> entries;
    for (int i = 0; i < heads; ++i) {
        for (int j = i + 1; j < heads; ++j)
            entries.emplace_back(i, j, value(random));
    }
    return matrix_of(heads, entries);
}

}  // namespace headscope::testing
