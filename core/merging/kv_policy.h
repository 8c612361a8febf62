#pragma once

#include <string_view>

namespace headscope {

/// What a merge does to the keys and values behind the heads that it merges.
enum class KvPolicy {
    average,  ///< KV heads that serve the members of a group are averaged too
    keep,     ///< keys and values stay as they are
    within,   ///< only pairs that share a KV head are merged; keys and values stay
};

std::string_view name_of(KvPolicy policy);

/// Throws Error(bad_input) that lists the choices.
KvPolicy parse_kv_policy(std::string_view name);

}  // namespace headscope
