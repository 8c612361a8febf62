#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/similarity/projection.h"

// All measures, in the order of the documentation. A measure is a file in core/similarity/measures
// and one name here; one of activations also has a file in core/measures/activations.
#define HEADSCOPE_WEIGHT_MEASURES(X) \
    X(q)                             \
    X(k)                             \
    X(v)                             \
    X(o)                             \
    X(qk)                            \
    X(qkvo)                          \
    X(qk_circuit)                    \
    X(ov_circuit)

#define HEADSCOPE_ACTIVATION_MEASURES(X) \
    X(attention)                         \
    X(output)                            \
    X(cka)                               \
    X(redundancy)

#define HEADSCOPE_MEASURES(X)    \
    HEADSCOPE_WEIGHT_MEASURES(X) \
    HEADSCOPE_ACTIVATION_MEASURES(X)

namespace headscope {

class Checkpoint;
struct SimilarityMatrix;

/// What two heads of a layer are compared by. K and V of a head are those of its KV head. A bias is
/// no part of any weight measure, and neither are the norms that Qwen3 applies to q and k.
#define HEADSCOPE_ENUMERATOR(name) name,
enum class Measure { HEADSCOPE_MEASURES(HEADSCOPE_ENUMERATOR) };
#undef HEADSCOPE_ENUMERATOR

/// What a measure computes from, and where it can.
enum class MeasureKind {
    blocks,     ///< cosine of the stacked blocks of weights: any device, and heads of two models
    circuit,    ///< cosine of the product of two blocks, likewise
    weights,    ///< another function of the weights: on the CPU, heads of one model
    behaviour,  ///< what the heads do in a forward pass over a calibration text
};

/// compute_similarity (similarity.h) for some measures, with layers and workers decided.
using WeightSimilarity = std::vector<SimilarityMatrix>(const Checkpoint& checkpoint,
                                                       Measure measure,
                                                       const std::vector<int>& layers, int workers,
                                                       const ProgressFn& progress,
                                                       const std::stop_token& stop);

/// A measure as data: what every list, help text and file of the program knows of it.
///
/// In `formula` i and j are the heads and kv(i) the KV head of i; Wq, Wk, Wv and Wo their blocks of
/// the projections; p(t, s) the attention of token t to token s, z(t) the attended value of token t
/// and M_ij the mean of z_i z_j^T over the text.
struct MeasureSpec {
    std::string_view name;  ///< in options, files and on screen: "qk-circuit"
    MeasureKind kind = MeasureKind::blocks;
    std::string_view title;  ///< on screen, beside the name: "Query-key circuit"
    std::string_view text;   ///< what it compares, in a sentence or two
    std::string_view formula;
    /// The blocks that decide its value: two heads which have them in common are alike. For
    /// circuits the one that has a block for every head comes first.
    std::span<const Projection> projections;
    WeightSimilarity* compute = nullptr;  ///< none for a measure of behaviour
};

const MeasureSpec& spec_of(Measure measure);

MeasureKind kind_of(Measure measure);

/// Whether it is a cosine of weights, by which heads of two models can be compared too.
bool is_cosine_of_weights(Measure measure);

std::span<const Projection> projections_of(Measure measure);

/// All of them, in the order of the documentation.
std::span<const Measure> all_measures();

/// "a, b, c": the names of those for which `chosen` is true.
std::string measure_names(bool (*chosen)(Measure));

/// The name in options, files and on screen: "qk-circuit".
std::string_view name_of(Measure measure);

/// The inverse of name_of. Throws Error(bad_input) that lists the measures.
Measure parse_measure(std::string_view name);

}  // namespace headscope
