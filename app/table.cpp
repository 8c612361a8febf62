#include "app/table.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace headscope::app {

std::string Table::text() const {
    std::vector<std::size_t> widths(rows_.front().size(), 0);
    for (const auto& row : rows_) {
        for (std::size_t c = 0; c < row.size(); ++c)
            widths[c] = std::max(widths[c], row[c].size());
    }
    std::string text;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        if (r > 0) text += '\n';
        for (std::size_t c = 0; c < rows_[r].size(); ++c) {
            text += c == 0 ? fmt::format("{:<{}}", rows_[r][c], widths[c])
                           : fmt::format("  {:>{}}", rows_[r][c], widths[c]);
        }
        if (r == 0) {
            const std::size_t width =
                std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
            text += '\n' + std::string(width, '-');
        }
    }
    return text;
}

}  // namespace headscope::app
