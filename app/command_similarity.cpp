#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/table.h"
#include "core/checkpoint/checkpoint.h"
#include "core/merging/pairs.h"
#include "core/report/results.h"

namespace headscope::app {
namespace {

/// The closest pair of a layer, as "3 and 11"; empty for a single head.
std::string closest_pair(const SimilarityMatrix& matrix) {
    const std::vector<HeadPair> pairs = find_pairs(matrix, matrix.highest_off_diagonal());
    return pairs.empty() ? "" : fmt::format("{} and {}", pairs.front().first, pairs.front().second);
}

nlohmann::ordered_json matrix_event(const SimilarityMatrix& matrix, const std::string& measure) {
    return {{"event", "similarity"},
            {"layer", matrix.layer},
            {"measure", measure},
            {"heads", matrix.heads},
            {"highest", matrix.highest_off_diagonal()},
            {"values", matrix.values}};
}

}  // namespace

void run_similarity(const Options& options, Display& display, const std::stop_token& stop) {
    const Checkpoint checkpoint = Checkpoint::open(options.model(), options.opening());
    const MeasuredHeads measured = measure_heads(checkpoint, options, display, stop);
    display.event({{"event", "measured"},
                   {"measure", options.measure},
                   {"calibration", calibration_json(measured.calibration)},
                   {"device", measured.device},
                   {"seconds", measured.seconds}});
    std::vector<std::string> header = {"layer", "highest", "heads"};
    for (const double threshold : options.thresholds_or_default()) {
        header.push_back(fmt::format("pairs >= {}", threshold_text(threshold)));
    }
    Table table(header);
    for (const SimilarityMatrix& matrix : measured.matrices) {
        display.event(matrix_event(matrix, options.measure));
        std::vector<std::string> row = {std::to_string(matrix.layer),
                                        fmt::format("{:.4f}", matrix.highest_off_diagonal()),
                                        closest_pair(matrix)};
        for (const double threshold : options.thresholds_or_default()) {
            row.push_back(std::to_string(find_pairs(matrix, threshold).size()));
        }
        table.add(std::move(row));
    }
    display.print(fmt::format("\n{}\n\n{} layers in {:.2f} s on {}; {}", table.text(),
                              measured.matrices.size(), measured.seconds, measured.device,
                              measure_text(options.measure, measured.calibration)));
}

}  // namespace headscope::app
