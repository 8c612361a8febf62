#include "core/similarity/measure.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/error.h"

namespace headscope {
namespace {

struct Entry {
    Measure measure;
    std::string_view name;
    MeasureKind kind;
};

constexpr std::array kEntries = {
    Entry{Measure::q, "q", MeasureKind::blocks},
    Entry{Measure::k, "k", MeasureKind::blocks},
    Entry{Measure::v, "v", MeasureKind::blocks},
    Entry{Measure::o, "o", MeasureKind::blocks},
    Entry{Measure::qk, "qk", MeasureKind::blocks},
    Entry{Measure::qkvo, "qkvo", MeasureKind::blocks},
    Entry{Measure::qk_circuit, "qk-circuit", MeasureKind::circuit},
    Entry{Measure::ov_circuit, "ov-circuit", MeasureKind::circuit},
    Entry{Measure::attention, "attention", MeasureKind::behaviour},
    Entry{Measure::output, "output", MeasureKind::behaviour},
    Entry{Measure::cka, "cka", MeasureKind::behaviour},
    Entry{Measure::redundancy, "redundancy", MeasureKind::behaviour},
};

const Entry& entry_of(Measure measure) {
    return *std::find_if(kEntries.begin(), kEntries.end(),
                         [&](const Entry& entry) { return entry.measure == measure; });
}

}  // namespace

MeasureKind kind_of(Measure measure) {
    return entry_of(measure).kind;
}

std::span<const Measure> all_measures() {
    static constexpr auto kMeasures = [] {
        std::array<Measure, kEntries.size()> measures{};
        for (std::size_t i = 0; i < measures.size(); ++i)
            measures[i] = kEntries[i].measure;
        return measures;
    }();
    return kMeasures;
}

std::string_view name_of(Measure measure) {
    return entry_of(measure).name;
}

Measure parse_measure(std::string_view name) {
    std::string choices;
    for (const Entry& entry : kEntries) {
        if (name == entry.name) return entry.measure;
        choices += choices.empty() ? "" : ", ";
        choices += entry.name;
    }
    fail(ErrorCode::bad_input, "\"{}\" is no measure; choose one of: {}", name, choices);
}

}  // namespace headscope
