#include "core/merging/representative.h"

#include "core/base/error.h"

namespace headscope {

std::string_view name_of(Representative representative) {
    switch (representative) {
        case Representative::mean:
            return "mean";
        case Representative::stronger:
            return "stronger";
    }
    return "";
}

Representative parse_representative(std::string_view name) {
    for (const Representative choice : {Representative::mean, Representative::stronger}) {
        if (name_of(choice) == name) return choice;
    }
    fail(ErrorCode::bad_input, "\"{}\" is no representative of a group; choose mean or stronger",
         name);
}

}  // namespace headscope
