#include "core/merging/alignment.h"

#include "core/base/error.h"

namespace headscope {

std::string_view name_of(Alignment alignment) {
    switch (alignment) {
        case Alignment::none:
            return "none";
        case Alignment::weights:
            return "weights";
        case Alignment::activations:
            return "activations";
    }
    return "";
}

Alignment parse_alignment(std::string_view name) {
    for (const Alignment alignment :
         {Alignment::none, Alignment::weights, Alignment::activations}) {
        if (name_of(alignment) == name) return alignment;
    }
    fail(ErrorCode::bad_input, "\"{}\" is not an alignment; choose none, weights or activations",
         name);
}

}  // namespace headscope
