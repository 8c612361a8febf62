#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/metrics_text.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/base/process_rank.h"
#include "core/base/version.h"
#include "core/difference/difference_file.h"
#include "core/difference/model_difference.h"

namespace headscope::app {
namespace {

/// Rows of the tables that could be long.
constexpr std::size_t kMost = 12;

DifferenceParams params_of(const Options& options) {
    DifferenceParams params;
    params.measure = parse_measure(options.match_measure);
    params.layers = parse_layers(options.layers);
    params.weights_only = options.weights_only;
    params.text = options.text();
    params.compute = options.compute();
    params.cache_dir = cache_dir();
    return params;
}

std::string similarity_text(double similarity) {
    return fmt::format("{:.4f}", similarity);
}

/// "0.00 %" only where nothing differs.
std::string distance_text(double distance) {
    if (distance == 0.0) return "0";
    return distance < 1e-4 ? fmt::format("{:.1e}", distance) : fmt::format("{:.4f}", distance);
}

/// Mean and lowest of some similarities.
struct Spread {
    double sum = 0.0;
    double lowest = std::numeric_limits<double>::infinity();
    std::size_t count = 0;

    void add(double value) {
        sum += value;
        lowest = std::min(lowest, value);
        ++count;
    }
    [[nodiscard]] std::string mean_text() const {
        return count == 0 ? "" : similarity_text(sum / static_cast<double>(count));
    }
    [[nodiscard]] std::string lowest_text() const {
        return count == 0 ? "" : similarity_text(lowest);
    }
};

void print_layers(Display& display, const std::vector<LayerMatches>& layers) {
    Table table({"layer", "heads A", "heads B", "same index, mean", "lowest", "best match, mean",
                 "lowest", "elsewhere", "new in B"});
    for (const LayerMatches& layer : layers) {
        Spread same;
        Spread best;
        std::size_t elsewhere = 0;
        for (std::size_t head = 0; head < layer.heads.size(); ++head) {
            const HeadMatch& match = layer.heads[head];
            if (match.same_index) same.add(match.same_index->similarity);
            best.add(match.best.similarity);
            if (match.best.head != static_cast<int>(head)) ++elsewhere;
        }
        table.add({std::to_string(layer.layer), std::to_string(layer.first.heads),
                   std::to_string(layer.second.heads), same.mean_text(), same.lowest_text(),
                   best.mean_text(), best.lowest_text(), std::to_string(elsewhere),
                   std::to_string(layer.without_match.size())});
    }
    display.print(table.text());
}

/// The heads of A that B has least of.
void print_lost_heads(Display& display, const std::vector<LayerMatches>& layers) {
    struct Head {
        int layer;
        int head;
        const HeadMatch* match;
    };
    std::vector<Head> heads;
    for (const LayerMatches& layer : layers) {
        for (std::size_t head = 0; head < layer.heads.size(); ++head)
            if (layer.heads[head].best.distance > 0.0)
                heads.push_back({layer.layer, static_cast<int>(head), &layer.heads[head]});
    }
    if (heads.empty()) {
        display.print("\nEvery head of A is in B as it was.");
        return;
    }
    std::stable_sort(heads.begin(), heads.end(), [](const Head& a, const Head& b) {
        return a.match->best.similarity < b.match->best.similarity;
    });
    Table table({"layer", "head of A", "same index", "best match", "similarity", "distance"});
    for (std::size_t i = 0; i < std::min(kMost, heads.size()); ++i) {
        const HeadMatch& match = *heads[i].match;
        table.add({std::to_string(heads[i].layer), std::to_string(heads[i].head),
                   match.same_index ? similarity_text(match.same_index->similarity) : "",
                   std::to_string(match.best.head), similarity_text(match.best.similarity),
                   distance_text(match.best.distance)});
    }
    display.print("\nThe heads of A that B has least of\n\n" + table.text());
    if (heads.size() > kMost)
        display.print(fmt::format("... and {} that it has more of", heads.size() - kMost));
}

void print_tensors(Display& display, const TensorDifferences& differences) {
    Table table({"tensors", "count", "|A - B| / |A|", "most", "of"});
    for (const PartDifference& part : by_part(differences.tensors)) {
        const bool several = part.tensors > 1 && part.most > 0.0;
        table.add({part.name, std::to_string(part.tensors), distance_text(part.relative),
                   several ? distance_text(part.most) : "", several ? part.most_changed : ""});
    }
    if (!differences.tensors.empty()) display.print("\n" + table.text());
    const auto shape_text = [](const std::vector<std::int64_t>& shape) {
        return shape.empty() ? std::string("none") : fmt::format("[{}]", fmt::join(shape, ", "));
    };
    const auto& unpaired = differences.unpaired;
    if (!unpaired.empty()) {
        display.print(
            fmt::format("\n{} tensors are not in both, or in other shapes:", unpaired.size()));
    }
    for (std::size_t i = 0; i < std::min(kMost, unpaired.size()); ++i) {
        display.print(fmt::format("{}: {} and {}", unpaired[i].name, shape_text(unpaired[i].first),
                                  shape_text(unpaired[i].second)));
    }
    if (unpaired.size() > kMost)
        display.print(fmt::format("... and {} more", unpaired.size() - kMost));
}

void print_evaluation(Display& display, const DifferenceParams& params,
                      const PairedEvaluation& found) {
    const Windows& windows = *found.text.windows;
    display.print(fmt::format(
        "\n{} ({} tokens), protocol {}, {} windows of {} tokens, {} on {}, {:.2f} s\n",
        found.text.corpus_name, count_text(found.text.token_count), name_of(params.text.protocol),
        count_text(windows.count()), windows.window(), found.dtype, found.device, found.seconds));
    Table table({"model", "perplexity", "change", "accuracy", "change (points)"});
    const Change change = found.scores.change(0, 1);
    for (std::size_t v = 0; v < 2; ++v) {
        const Metrics metrics = found.scores.metrics(v);
        table.add({v == 0 ? "A" : "B", perplexity_text(metrics.perplexity),
                   v == 0 ? "" : change_text(change.perplexity_ratio),
                   percent_text(metrics.accuracy.value),
                   v == 0 ? "" : points_text(change.accuracy_difference)});
    }
    display.print(table.text());
    print_metric_table(display, {"A", "B against A"},
                       {found.scores.metric_list(0), found.scores.metric_list(1)});
}

void print_model(Display& display, char letter, const ComparedModel& model) {
    display.print(fmt::format("{}  {} ({}, {} parameters)", letter, model.path, model.layout,
                              count_text(model.parameters)));
}

void refuse_existing(const Options& options) {
    std::error_code error;
    if (options.output.empty() || options.force || !std::filesystem::exists(options.output, error))
        return;
    fail(ErrorCode::bad_input,
         "{}: is there already; choose another --output, or --force to replace it", options.output);
}

}  // namespace

void run_compare(const Options& options, Display& display, const std::stop_token& stop) {
    if (!process_rank().first()) return;  // the processes of a job share nothing here
    refuse_existing(options);
    const Checkpoint first = Checkpoint::open(options.first_model, options.opening());
    const Checkpoint second = Checkpoint::open(options.second_model, options.opening());
    const DifferenceRecord record{describe(first, stop), describe(second, stop), params_of(options),
                                  kVersion};
    const ModelDifference found = compare_models(
        first, second, record.params, [&](const Progress& at) { display.progress(at); }, stop);
    if (found.empty()) {
        fail(ErrorCode::bad_input, "{} and {} have nothing to compare: {}; {}", options.first_model,
             options.second_model, found.no_matches->text(), found.no_evaluation->text());
    }
    nlohmann::ordered_json event = {{"event", "result"}};
    event.update(to_json(record, found));
    display.event(event);
    print_model(display, 'A', record.first);
    print_model(display, 'B', record.second);
    if (!found.no_matches) {
        display.print(fmt::format("\nHeads of A and of B by {}\n", options.match_measure));
        print_layers(display, found.layers);
        print_lost_heads(display, found.layers);
    } else {
        display.print(fmt::format("\nNo heads: {}.", found.no_matches->text()));
    }
    print_tensors(display, found.tensors);
    if (found.evaluation) print_evaluation(display, record.params, *found.evaluation);
    if (found.no_divergence) display.print("\nNote: " + found.no_divergence->text() + ".");
    if (found.no_evaluation)
        display.print(fmt::format("\nNo evaluation: {}.", found.no_evaluation->text()));
    if (options.output.empty()) return;
    write_difference(options.output, record, found);
    display.print("\n" + options.output);
}

}  // namespace headscope::app
