#pragma once

#include <span>
#include <string_view>

namespace headscope {

/// What two heads of a layer are compared by. K and V of a head are those of its KV head. A bias is
/// no part of any weight measure, and neither are the norms that Qwen3 applies to q and k.
enum class Measure {
    q,           ///< cosine of the flattened rows of q_proj
    k,           ///< the same of k_proj
    v,           ///< the same of v_proj
    o,           ///< the same of the columns of o_proj
    qk,          ///< cosine of [q; k] stacked (Head-wise Shareable Attention, arXiv:2402.11819)
    qkvo,        ///< cosine of all four stacked
    qk_circuit,  ///< cosine of the forms Wq^T Wk, whatever basis the head uses inside
    ov_circuit,  ///< cosine of the maps Wo Wv, likewise
    attention,   ///< 1 - mean total variation distance of the attention rows
    output,      ///< cosine of what the heads add to the residual stream
    cka,         ///< linear CKA of the heads' outputs (arXiv:1905.00414)
    redundancy,  ///< the share of what one writes that a refit of the other can write instead
};

/// What a measure needs to know.
enum class MeasureKind {
    blocks,     ///< the weights, as they lie in the checkpoint
    circuit,    ///< products of the weights of a head
    behaviour,  ///< what the heads do in a forward pass over a calibration text
};

MeasureKind kind_of(Measure measure);

/// All of them, in the order of the documentation.
std::span<const Measure> all_measures();

/// The name in options, files and on screen: "qk-circuit".
std::string_view name_of(Measure measure);

/// The inverse of name_of. Throws Error(bad_input) that lists the measures.
Measure parse_measure(std::string_view name);

}  // namespace headscope
