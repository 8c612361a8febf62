#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/table.h"
#include "core/base/locations.h"
#include "core/checkpoint/checkpoint.h"
#include "core/heads/head_scores.h"
#include "core/heads/text_reading.h"
#include "core/measures/calibration.h"
#include "core/model/model.h"
#include "core/similarity/similarity.h"

namespace headscope::app {
namespace {

constexpr std::int64_t kLength = 512;
constexpr int kSequences = 8;

nlohmann::ordered_json scores_event(const LayerHeadScores& layer) {
    nlohmann::ordered_json event{{"event", "head_scores"}, {"layer", layer.layer}};
    for (const HeadScore score : all_head_scores())
        event[std::string(name_of(score))] = layer.of(score);
    return event;
}

/// "4 (0.913)": the head of a layer with the highest score.
std::string highest_text(const std::vector<double>& values) {
    const auto highest = std::max_element(values.begin(), values.end());
    return fmt::format("{} ({:.3f})", highest - values.begin(), *highest);
}

}  // namespace

void run_heads(const Options& options, Display& display, const std::stop_token& stop) {
    const Checkpoint checkpoint = Checkpoint::open(options.model());
    const std::vector<int> wanted =
        choose_layers(checkpoint.config(), parse_layers(options.layers));
    const auto progress = [&](const Progress& at) { display.progress(at); };
    const auto sequences = [&] {
        const auto length = std::min(kLength, checkpoint.config().longest_window());
        if (options.repeated)
            return repeated_sequences(checkpoint.config().vocab_size, length, kSequences);
        const CalibrationText text =
            prepare_calibration(checkpoint, options.calibration_text(), {}, cache_dir(), stop);
        return sequences_of(*text.windows, length, kSequences);
    }();
    const Model model = Model::load(checkpoint, options.compute(), progress, stop);
    const auto start = std::chrono::steady_clock::now();
    const auto layers = score_heads(model, sequences, progress, stop);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::vector<std::string> header = {"layer"};
    for (const HeadScore score : all_head_scores())
        header.emplace_back(name_of(score));
    Table table(header);
    for (const LayerHeadScores& layer : layers) {
        if (!std::binary_search(wanted.begin(), wanted.end(), layer.layer)) continue;
        display.event(scores_event(layer));
        std::vector<std::string> row = {std::to_string(layer.layer)};
        for (const HeadScore score : all_head_scores())
            row.push_back(highest_text(layer.of(score)));
        table.add(std::move(row));
    }
    display.print(fmt::format(
        "\nThe head with the highest score of each layer\n\n{}\n\n{} sequences of {} tokens of {} "
        "in {:.2f} s on {}",
        table.text(), sequences.size(), sequences.front().size(),
        options.repeated ? "random tokens, repeated" : "the calibration text", seconds,
        model.device()));
}

}  // namespace headscope::app
