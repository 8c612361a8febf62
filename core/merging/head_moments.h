#pragma once

#include <vector>

namespace headscope {

/// What the heads of one layer attended to, on average over a text. The attended value z of a head
/// is the sum of its values, weighted by its attention: what its columns of O read.
struct HeadMoments {
    int layer = 0;
    int heads = 0;
    int head_dim = 0;
    std::vector<float> second;  ///< [heads * head_dim, heads * head_dim], mean of z z^T
    std::vector<float> mean;    ///< [heads * head_dim], mean of z
};

}  // namespace headscope
