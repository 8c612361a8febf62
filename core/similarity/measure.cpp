#include "core/similarity/measure.h"

#include <array>
#include <cstddef>

#include "core/base/error.h"

namespace headscope {
namespace measures {
#define HEADSCOPE_DECLARE(name) extern const MeasureSpec name;
HEADSCOPE_MEASURES(HEADSCOPE_DECLARE)
#undef HEADSCOPE_DECLARE
}  // namespace measures

namespace {

#define HEADSCOPE_ENTRY(name) &measures::name,
constexpr std::array kSpecs{HEADSCOPE_MEASURES(HEADSCOPE_ENTRY)};
#undef HEADSCOPE_ENTRY

#define HEADSCOPE_ENTRY(name) Measure::name,
constexpr std::array kMeasures{HEADSCOPE_MEASURES(HEADSCOPE_ENTRY)};
#undef HEADSCOPE_ENTRY

}  // namespace

const MeasureSpec& spec_of(Measure measure) {
    return *kSpecs.at(static_cast<std::size_t>(measure));
}

MeasureKind kind_of(Measure measure) {
    return spec_of(measure).kind;
}

bool is_cosine_of_weights(Measure measure) {
    return kind_of(measure) == MeasureKind::blocks || kind_of(measure) == MeasureKind::circuit;
}

std::span<const Projection> projections_of(Measure measure) {
    return spec_of(measure).projections;
}

std::span<const Measure> all_measures() {
    return kMeasures;
}

std::string measure_names(bool (*chosen)(Measure)) {
    std::string names;
    for (const Measure measure : kMeasures) {
        if (!chosen(measure)) continue;
        names += names.empty() ? "" : ", ";
        names += name_of(measure);
    }
    return names;
}

std::string_view name_of(Measure measure) {
    return spec_of(measure).name;
}

Measure parse_measure(std::string_view name) {
    for (const Measure measure : kMeasures) {
        if (name == name_of(measure)) return measure;
    }
    fail(ErrorCode::bad_input, "\"{}\" is no measure; choose one of: {}", name,
         measure_names([](Measure) { return true; }));
}

}  // namespace headscope
