#include <algorithm>
#include <chrono>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/table.h"
#include "core/base/locations.h"
#include "core/checkpoint/checkpoint.h"
#include "core/heads/head_scores.h"
#include "core/heads/passages.h"
#include "core/heads/text_reading.h"
#include "core/measures/calibration.h"
#include "core/merging/removal.h"
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

/// The calibration text in sequences, at most `most`.
std::vector<std::vector<std::int64_t>> calibration_sequences(const Checkpoint& checkpoint,
                                                             const Options& options, int most,
                                                             const std::stop_token& stop) {
    const CalibrationText text =
        prepare_calibration(checkpoint, options.calibration_text(), {}, cache_dir(), stop);
    return sequences_of(*text.windows, std::min(kLength, checkpoint.config().longest_window()),
                        most);
}

/// A passage of a sequence in three parts: what stands before its peak, the peak, and the rest.
struct PassageText {
    PassageText(const TokenizedWords& sequence, const HeadPassage& passage) {
        for (std::int64_t at = passage.first; at < passage.first + passage.count; ++at) {
            std::string& part = at < passage.peak ? before : at == passage.peak ? peak : after;
            part += sequence.texts[static_cast<std::size_t>(at)];
        }
    }

    /// With the peak in brackets, on one line.
    [[nodiscard]] std::string marked() const {
        std::string text = before + "[" + peak + "]" + after;
        std::replace_if(
            text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; },
            ' ');
        return text;
    }

    std::string before;
    std::string peak;
    std::string after;
};

void show_passages(Display& display, int layer, int head, const HeadActivity& activity,
                   const std::vector<TokenizedWords>& sequences) {
    nlohmann::ordered_json event{{"event", "head_passages"},
                                 {"layer", layer},
                                 {"head", head},
                                 {"mean_activation", activity.mean},
                                 {"passages", nlohmann::ordered_json::array()}};
    display.print(
        fmt::format("\nLayer {}, head {}: mean activation {:.4g}\n", layer, head, activity.mean));
    display.print("activation   x mean  sequence     tokens  passage");
    for (const HeadPassage& passage : activity.passages) {
        const PassageText text(sequences[static_cast<std::size_t>(passage.sequence)], passage);
        const std::int64_t last = passage.first + passage.count - 1;
        event["passages"].push_back({{"activation", passage.activation},
                                     {"sequence", passage.sequence},
                                     {"first", passage.first},
                                     {"last", last},
                                     {"peak", passage.peak},
                                     {"before", text.before},
                                     {"peak_text", text.peak},
                                     {"after", text.after}});
        const std::string ratio =
            activity.mean > 0.0 ? fmt::format("{:.1f}", passage.activation / activity.mean) : "";
        display.print(fmt::format("{:>10.4g} {:>8} {:>9} {:>10}  {}", passage.activation, ratio,
                                  passage.sequence, fmt::format("{}-{}", passage.first, last),
                                  text.marked()));
    }
    display.event(event);
}

void run_passages(const Options& options, Display& display, const std::stop_token& stop) {
    const HeadsByLayer wanted = parse_heads(options.passages);
    const Checkpoint checkpoint = Checkpoint::open(options.model(), options.opening());
    check_heads(wanted, checkpoint.config());
    const auto progress = [&](const Progress& at) { display.progress(at); };
    const auto sequences =
        calibration_sequences(checkpoint, options, std::numeric_limits<int>::max(), stop);
    const Model model = Model::load(checkpoint, options.compute(), progress, stop);
    PassageOptions passages;
    passages.keep = options.top_passages;
    const auto found = top_passages(model, sequences, passages, progress, stop);
    const std::vector<TokenizedWords> words = words_of(checkpoint, sequences);
    for (const auto& [layer, heads] : wanted) {
        for (const int head : heads) {
            show_passages(display, layer, head,
                          found[static_cast<std::size_t>(layer)][static_cast<std::size_t>(head)],
                          words);
        }
    }
}

}  // namespace

void run_heads(const Options& options, Display& display, const std::stop_token& stop) {
    if (!options.passages.empty()) {
        run_passages(options, display, stop);
        return;
    }
    const Checkpoint checkpoint = Checkpoint::open(options.model(), options.opening());
    const std::vector<int> wanted =
        choose_layers(checkpoint.config(), parse_layers(options.layers));
    const auto progress = [&](const Progress& at) { display.progress(at); };
    const auto sequences =
        options.repeated ? repeated_sequences(
                               checkpoint.config().vocab_size,
                               std::min(kLength, checkpoint.config().longest_window()), kSequences)
                         : calibration_sequences(checkpoint, options, kSequences, stop);
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
