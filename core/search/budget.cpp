#include "core/search/budget.h"

#include <charconv>
#include <cmath>

#include "core/base/error.h"

namespace headscope {
namespace {

std::string_view without_spaces_around(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool parse_decimal(std::string_view text, double& value) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end && std::isfinite(value);
}

}  // namespace

double parse_ppl_increase(std::string_view text) {
    constexpr double kMostPercent = 1000.0;
    std::string_view number = without_spaces_around(text);
    double percent = 0.0;
    if (!number.ends_with('%')) {
        if (parse_decimal(number, percent)) {
            fail(ErrorCode::bad_input,
                 "\"{}\" is no budget: it could be a share or a percentage; write {}% or {:g}%",
                 text, number, percent * 100.0);
        }
        fail(ErrorCode::bad_input, "\"{}\" is no budget; give a percentage such as 1% or 0.5%",
             text);
    }
    number.remove_suffix(1);
    if (!parse_decimal(without_spaces_around(number), percent)) {
        fail(ErrorCode::bad_input, "\"{}\" is no budget; give a percentage such as 1% or 0.5%",
             text);
    }
    if (!(percent > 0.0 && percent <= kMostPercent)) {
        fail(ErrorCode::bad_input,
             "\"{}\" is no budget: perplexity must be allowed to rise by more than 0% and at most "
             "{:g}%",
             text, kMostPercent);
    }
    return percent / 100.0;
}

std::string ppl_increase_text(double share) {
    // The nearest decimal that was typed, not the one that the division by 100 left.
    return fmt::format("{:.10g}%", share * 100.0);
}

}  // namespace headscope
