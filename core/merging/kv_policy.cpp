#include "core/merging/kv_policy.h"

#include "core/base/error.h"

namespace headscope {

std::string_view name_of(KvPolicy policy) {
    switch (policy) {
        case KvPolicy::average:
            return "average";
        case KvPolicy::keep:
            return "keep";
        case KvPolicy::within:
            return "within";
    }
    return "";
}

KvPolicy parse_kv_policy(std::string_view name) {
    for (const KvPolicy policy : {KvPolicy::average, KvPolicy::keep, KvPolicy::within}) {
        if (name_of(policy) == name) return policy;
    }
    fail(ErrorCode::bad_input, "\"{}\" is not a KV policy; choose average, keep or within", name);
}

}  // namespace headscope
