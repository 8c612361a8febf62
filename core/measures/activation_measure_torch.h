#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/measures/head_sums_torch.h"
#include "core/model/forward_torch.h"
#include "core/similarity/measure.h"

namespace headscope {

/// What a measure sums over the tokens of one layer for itself, of each pair of heads.
class PairSums {
  public:
    PairSums() = default;
    PairSums(const PairSums&) = delete;
    PairSums& operator=(const PairSums&) = delete;
    virtual ~PairSums() = default;

    /// Adds the tokens of some windows.
    virtual void add(const AttentionActivity& activity) = 0;

    /// Adds what another of the same measure has summed.
    virtual void add(const PairSums& other) = 0;

    /// Has the sums, float64, replaced by those over the tokens of other processes too.
    virtual void extend(const std::function<void(at::Tensor& sums)>& over_others) = 0;

    /// The values of ActivationMeasure, a packed upper triangle.
    [[nodiscard]] virtual std::vector<double> values() const = 0;
};

/// How a measure of activations comes about; what it is, its MeasureSpec says. It follows from the
/// moments of the attended values, which are summed once for all, or from sums of its own.
struct ActivationMeasure {
    /// What is computed of a pair: a product, of which the similarity is the cosine, or a distance
    /// in [0, 1], which it is 1 minus.
    enum class Values { products, distances };

    Values values = Values::products;
    /// A packed upper triangle; `o` is the layer's output projection, [hidden, heads * head_dim].
    std::vector<double> (*from_moments)(const HeadSums& sums, const at::Tensor& o) = nullptr;
    std::unique_ptr<PairSums> (*own_sums)() = nullptr;
    /// That adding to sums of its own takes at most, unless a single token takes more.
    std::int64_t (*own_bytes)(const c10::Device& device) = nullptr;
};

/// Of a measure of behaviour.
const ActivationMeasure& activation_measure(Measure measure);

}  // namespace headscope
