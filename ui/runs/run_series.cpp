#include "ui/runs/run_series.h"

#include <algorithm>
#include <map>

#include "ui/runs/run_facts.h"

namespace headscope::ui {
namespace {

struct Group {
    std::vector<ComparableSetting> settings;
    std::map<double, SeriesPoint> points;
};

bool same(const std::vector<ComparableSetting>& a, const std::vector<ComparableSetting>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const ComparableSetting& one, const ComparableSetting& other) {
                          return one.value == other.value;
                      });
}

/// The settings in which not all groups agree, of one of them.
QString name_of(const Group& group, const std::vector<Group>& groups) {
    QStringList parts;
    for (std::size_t i = 0; i < group.settings.size(); ++i) {
        const bool differs = std::any_of(groups.begin(), groups.end(), [&](const Group& other) {
            return other.settings[i].value != group.settings[i].value;
        });
        if (differs && !group.settings[i].shown.isEmpty()) parts << group.settings[i].shown;
    }
    return parts.join(QStringLiteral(", "));
}

}  // namespace

std::vector<RunSeries> series_of(const RunStore& store) {
    std::vector<Group> groups;
    for (int row = 0; row < store.count(); ++row) {
        const Run& run = store.at(row);
        const bool shown = run.state == RunState::finished || run.state == RunState::running;
        if (!shown || !run.original || !run.merged || run.plan.layer_thresholds) continue;
        std::vector<ComparableSetting> settings = comparable_settings(run);
        auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& other) {
            return same(other.settings, settings);
        });
        if (group == groups.end()) {
            group = groups.insert(groups.end(), Group{std::move(settings), {}});
        }
        const Change change =
            run.change ? *run.change : change_without_intervals(*run.original, *run.merged);
        group->points[run.threshold] = {run.id, run.threshold, *run.original, *run.merged, change};
    }
    std::vector<RunSeries> all;
    for (const Group& group : groups) {
        RunSeries series{name_of(group, groups), {}};
        for (const auto& [threshold, point] : group.points)
            series.points.push_back(point);
        all.push_back(std::move(series));
    }
    return all;
}

}  // namespace headscope::ui
