#include "app/metrics_text.h"

#include <algorithm>

#include "app/table.h"
#include "core/report/metric_table.h"

namespace headscope::app {

void print_metric_table(Display& display, const std::vector<std::string>& names,
                        const std::vector<std::vector<Metric>>& columns) {
    std::vector<std::vector<Metric>> rest = columns;
    for (std::vector<Metric>& column : rest) {
        std::erase_if(column, [](const Metric& metric) {
            return metric.name == "perplexity" || metric.name.starts_with("accuracy");
        });
    }
    std::vector<std::string> header{"metric"};
    std::vector<std::size_t> shown;  // the original has nothing to be compared with
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i].empty()) continue;
        shown.push_back(i);
        header.push_back(names[i]);
    }
    if (shown.empty()) return;
    std::vector<std::vector<Metric>> kept;
    for (const std::size_t i : shown)
        kept.push_back(rest[i]);
    Table table(header);
    for (std::vector<std::string>& row : metric_rows(kept, /*all=*/true))
        table.add(std::move(row));
    display.print("\n" + table.text());
}

}  // namespace headscope::app
