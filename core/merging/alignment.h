#pragma once

#include <string_view>

namespace headscope {

/// Whether heads are turned into one basis before they are averaged.
///
/// A head's inner basis means nothing: with any orthogonal R, V <- R V and O <- O R^T leave what it
/// computes as it was. Two heads that do the same work in different bases average to something that
/// does neither's. For Q and K a rotation must commute with the rotary embedding, which leaves one
/// 2x2 rotation for each rotary pair (rows m and m + head_dim / 2). Query heads that share a KV
/// head share its basis, so there is one R and one set of rotary angles for each KV head.
/// Objective, restrictions and sources: docs/measures.md, "Alignment".
enum class Alignment {
    none,         ///< as the weights are
    weights,      ///< V and O agree best as matrices, and so do Q and K
    activations,  ///< the attended values of a calibration text take the place of V
};

std::string_view name_of(Alignment alignment);

/// Throws Error(bad_input) that lists the choices.
Alignment parse_alignment(std::string_view name);

}  // namespace headscope
