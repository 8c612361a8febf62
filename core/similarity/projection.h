#pragma once

#include "core/architecture/tensor_map.h"

namespace headscope {

/// The projection of a layer whose blocks belong to heads.
enum class Projection { q, k, v, o };

/// The model's part that it is.
constexpr Part part_of(Projection projection) {
    switch (projection) {
        case Projection::q:
            return Part::q;
        case Projection::k:
            return Part::k;
        case Projection::v:
            return Part::v;
        case Projection::o:
            break;
    }
    return Part::o;
}

}  // namespace headscope
