#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/empty_plan.h"
#include "app/layer_thresholds_option.h"
#include "app/merge_manner.h"
#include "app/metrics_text.h"
#include "app/scores_note.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/locations.h"
#include "core/base/process_rank.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/logits_file.h"
#include "core/evaluation/task_evaluation.h"
#include "core/evaluation/token_file.h"
#include "core/measures/merge_calibration.h"
#include "core/report/metric_table.h"
#include "core/report/results.h"
#include "core/report/task_items.h"
#include "core/report/yardstick.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope::app {
namespace {

/// What is evaluated: the original first, then one variant for each threshold, or one with a
/// threshold for each layer.
struct Variants {
    std::vector<Variant> variants = {{}};
    std::vector<MergePlan> plans;  ///< of the variants after the original
    std::vector<double>
        thresholds;  ///< after the original; the lowest, where layers have their own
    std::optional<LayerThresholds> of_layers;
};

Variants make_variants(const Options& options, const std::optional<LayerThresholds>& of_layers,
                       const Checkpoint& checkpoint, const MeasuredHeads& measured,
                       Display& display) {
    Variants made;
    made.of_layers = of_layers;
    const std::vector<double> thresholds = options.given_thresholds();
    if (thresholds.empty() && !of_layers) return made;
    const auto& matrices = measured.matrices;
    tell_notes(display, options.rule(0.0), checkpoint.config());
    if (of_layers) {
        made.plans.push_back(make_merge_plan(matrices, checkpoint.config(), options.rule(0.0),
                                             *of_layers, measured.merge_calibration));
        made.thresholds = {lowest_threshold(*of_layers)};
        return made;
    }
    for (const double threshold : thresholds) {
        const MergeRule rule = options.rule(threshold);
        made.plans.push_back(
            make_merge_plan(matrices, checkpoint.config(), rule, measured.merge_calibration));
        const std::string nothing = empty_plan_text(matrices, checkpoint.config(), rule);
        if (!nothing.empty()) display.print(nothing);
    }
    made.thresholds = thresholds;
    return made;
}

std::string name_of(const Variants& made, std::size_t variant) {
    if (variant == 0) return "original";
    return made.of_layers ? made.of_layers->empty() ? "plan" : "by layer"
                          : threshold_text(made.thresholds.at(variant - 1));
}

std::vector<std::string> names_of(const Variants& made) {
    std::vector<std::string> names;
    for (std::size_t v = 0; v < made.variants.size(); ++v)
        names.push_back(name_of(made, v));
    return names;
}

/// What each variant costs in quantization, where a yardstick of this text is known.
std::vector<std::string> places_on_yardstick(const Model& model, const PreparedText& text,
                                             const Scores& scores, const std::stop_token& stop) {
    std::vector<std::string> places(scores.values.size());
    std::error_code error;
    if (places.size() < 2 ||
        !std::filesystem::exists(yardstick_file(cache_dir(), {}).parent_path(), error))
        return places;
    const std::optional<Yardstick> yardstick =
        find_yardstick(cache_dir(), {model.checkpoint().fingerprint(stop),
                                     std::string(name_of(text.windows->protocol())),
                                     text.windows->window(), text.corpus_sha256});
    for (std::size_t v = 1; yardstick && v < places.size(); ++v)
        places[v] = place_on(*yardstick, scores.metric_list(v));
    return places;
}

/// `against`: the scores that metrics are of, where those of a file stand before the variants'.
nlohmann::ordered_json variants_json(const Variants& made, const Scores& scores,
                                     const Scores& against,
                                     const std::vector<std::string>& places) {
    const std::size_t shift = against.values.size() - scores.values.size();
    nlohmann::ordered_json variants = nlohmann::ordered_json::array();
    for (std::size_t v = 0; v < made.variants.size(); ++v) {
        nlohmann::ordered_json variant = {{"threshold", nullptr}};
        if (v > 0) variant["threshold"] = made.thresholds[v - 1];
        if (v > 0 && made.of_layers) {
            auto& of_layers = variant["layer_thresholds"] = nlohmann::ordered_json::object();
            for (const auto& [layer, threshold] : *made.of_layers)
                of_layers[std::to_string(layer)] = threshold;
        }
        variant["metrics"] = to_json(scores.metrics(v));
        variant["change"] = to_json(scores.change(0, v));
        variant["metric_list"] = to_json(against.metric_list(v + shift));
        if (!places[v].empty()) variant["yardstick"] = places[v];
        variants.push_back(std::move(variant));
    }
    return variants;
}

void print_scores(Display& display, const Scores& scores, const Scores& against,
                  const Variants& made) {
    Table table({"variant", "perplexity", "change", "accuracy", "change (points)"});
    for (std::size_t v = 0; v < scores.values.size(); ++v) {
        const Metrics metrics = scores.metrics(v);
        const Change change = scores.change(0, v);
        table.add({name_of(made, v), perplexity_text(metrics.perplexity),
                   v == 0 ? "" : change_text(change.perplexity_ratio),
                   percent_text(metrics.accuracy.value),
                   v == 0 ? "" : points_text(change.accuracy_difference)});
    }
    display.print(table.text());
    std::vector<std::vector<Metric>> columns;
    const std::size_t shift = against.values.size() - scores.values.size();
    for (std::size_t v = 0; v < scores.values.size(); ++v)
        columns.push_back(against.metric_list(v + shift));
    if (shift > 0) {
        display.print(fmt::format("\nAgainst the file, whose perplexity is {}",
                                  perplexity_text(against.metrics(0).perplexity)));
    }
    print_metric_table(display, names_of(made), columns);
}

/// The tokens that a file of log-probabilities is about.
PreparedText text_of_file(const std::string& path, const LogitsFile& file,
                          const Checkpoint& checkpoint) {
    const LogitsFileShape& shape = file.shape();
    const ModelConfig& config = checkpoint.config();
    if (shape.vocab != config.vocab_size) {
        fail(ErrorCode::bad_input,
             "{}: a vocabulary of {}, and the model has {}; they do not "
             "belong together",
             path, shape.vocab, config.vocab_size);
    }
    const auto tokenizer = tokenizer_of(checkpoint);
    PreparedText text;
    text.corpus_name = std::filesystem::path(path).filename().string();
    text.tokenizer_fingerprint = tokenizer->fingerprint();
    text.token_count = shape.window * shape.windows;
    text.bos_rule = bos_rule(Protocol::llama_cpp, tokenizer->bos_id().has_value());
    text.bos_decided_by = tokenizer->bos_decided_by();
    text.windows = std::make_shared<const Windows>(file.tokens(), Protocol::llama_cpp, shape.window,
                                                   0, tokenizer->bos_id(), config.longest_window(),
                                                   config.vocab_size);
    return text;
}

/// Perplexity and what goes with it, over a text.
void evaluate_text(const Options& options, const PreparedText& text, const Model& model,
                   const Variants& made, const std::shared_ptr<const LogitsFile>& base,
                   const MeasuredHeads& measured, Display& display, const std::stop_token& stop) {
    const auto show_progress = [&](const Progress& progress) { display.progress(progress); };
    EvaluationParams params{made.variants, text.windows, {}};
    params.divergence =
        !options.per_token.empty() || (made.variants.size() > 1 && !options.no_divergence);
    std::shared_ptr<LogitsWriter> writer;
    if (!options.save_logits.empty()) {
        writer = std::make_shared<LogitsWriter>(options.save_logits, *text.windows,
                                                model.config().vocab_size);
        params.keep = predictions_to_file(model, *text.windows, writer);
    }
    if (base) {
        params.divergence = true;
        params.base = predictions_of_file(base);
    }
    const EvaluationResult result = evaluate(
        model, params, show_progress,
        [&](const Scores& scores) { show_scores(display, scores, made.thresholds); }, stop);
    if (!process_rank().first()) return;
    if (writer) writer->finish();
    const Scores against = base ? with_file_first(*base, result.scores) : result.scores;
    if (!options.per_token.empty())
        write_token_scores(options.per_token, *text.windows, result.scores, names_of(made));

    const auto places = places_on_yardstick(model, text, result.scores, stop);
    const std::int64_t windows = text.windows->count();
    const auto tokens = static_cast<double>(windows * text.windows->window());
    nlohmann::ordered_json event = {{"event", "result"},
                                    {"notes", model.checkpoint().notes()},
                                    {"unused_tensors", model.checkpoint().unused_tensors()},
                                    {"protocol", options.protocol},
                                    {"bos_rule", text.bos_rule},
                                    {"bos_decided_by", text.bos_decided_by},
                                    {"corpus", text.corpus_name},
                                    {"corpus_sha256", text.corpus_sha256},
                                    {"measure", options.measure},
                                    {"calibration", calibration_json(measured.calibration)}};
    event.update(to_json(options.merging));
    event.update({{"layers", options.layers.empty() ? "all" : options.layers},
                  {"window", text.windows->window()},
                  {"windows", windows},
                  {"tokens", text.token_count},
                  {"token_ids_sha256", text.token_ids_sha256},
                  {"dtype", name_of(model.dtype())},
                  {"device", model.device()},
                  {"variants", variants_json(made, result.scores, against, places)},
                  {"layer_passes", result.layer_passes},
                  {"separate_layer_passes", result.separate_layer_passes},
                  {"seconds", result.seconds},
                  {"peak_device_bytes", result.peak_device_bytes}});
    display.event(event);
    display.print(
        fmt::format("\n{}\n{} ({} tokens), protocol {}, {} windows of {} tokens, {} on {}\n",
                    model.checkpoint().directory().string(), text.corpus_name,
                    count_text(text.token_count), options.protocol, count_text(windows),
                    text.windows->window(), name_of(model.dtype()), model.device()));
    print_scores(display, result.scores, against, made);
    for (std::size_t v = 1; v < places.size(); ++v) {
        if (places[v].empty()) continue;
        display.print(
            fmt::format("{} costs {} (headscope yardstick)", name_of(made, v), places[v]));
    }
    display.print(fmt::format(
        "\n{:.2f} s, {} tokens a second of text; {} layer passes done, {} saved by "
        "sharing{}",
        result.seconds, count_text(static_cast<std::int64_t>(tokens / result.seconds)),
        count_text(result.layer_passes),
        count_text(result.separate_layer_passes - result.layer_passes),
        result.peak_device_bytes > 0
            ? fmt::format("; {} of device memory at most", bytes_text(result.peak_device_bytes))
            : ""));
}

/// What --protocol asks for, once the model is known.
struct ChosenProtocols {
    std::vector<std::string> of_texts;  ///< names of presets
    bool rolling = false;
};

ChosenProtocols choose_protocols(const Options& options) {
    ChosenProtocols chosen;
    const std::vector<std::string> names = options.protocols();
    for (const std::string& name : names) {
        if (name == kRollingProtocol) {
            chosen.rolling = true;
        } else if (name != kNoProtocol) {
            chosen.of_texts.push_back(name);
        }
    }
    if (names.size() > 1 && std::count(names.begin(), names.end(), kNoProtocol) > 0)
        fail(ErrorCode::bad_input, "--protocol none stands alone; leave the others out");
    if (!chosen.rolling && chosen.of_texts.empty() && options.tasks.empty())
        fail(ErrorCode::bad_input, "--protocol none evaluates tasks alone; give --tasks");
    for (const char* name : {"--per_token", "--save_logits", "--base_logits"}) {
        if (names.size() > 1 && options.was_given(name)) {
            fail(ErrorCode::bad_input, "{} is for one protocol; give --protocol one name", name);
        }
    }
    return chosen;
}

/// A text under one of the protocols that were asked for.
struct ProtocolText {
    std::string protocol;
    PreparedText text;
};

/// The pages of the corpus, of which --limit takes the first.
ChosenTask wikitext_task(const Options& options) {
    const Task& task = find_task("wikitext");
    const std::string file =
        options.corpus.empty() ? wikitext2_test_file().string() : options.corpus;
    ChosenTask chosen{&task, file, task.read(file)};
    if (options.limit > 0 && chosen.items.size() > static_cast<std::size_t>(options.limit))
        chosen.items.resize(static_cast<std::size_t>(options.limit));
    return chosen;
}

void show_tasks(const Options& options, const std::vector<TaskScores>& all, const Variants& made,
                Display& display) {
    nlohmann::ordered_json tasks = nlohmann::ordered_json::array();
    std::vector<std::vector<Metric>> columns(made.variants.size());
    for (const TaskScores& scores : all) {
        nlohmann::ordered_json variants = nlohmann::ordered_json::array();
        for (std::size_t v = 0; v < made.variants.size(); ++v) {
            const std::vector<Metric> metrics = scores.metric_list(v);
            columns[v].insert(columns[v].end(), metrics.begin(), metrics.end());
            variants.push_back({{"variant", name_of(made, v)}, {"metrics", to_json(metrics)}});
        }
        tasks.push_back({{"task", scores.task.task->name},
                         {"file", scores.task.file},
                         {"items", scores.task.items.size()},
                         {"variants", std::move(variants)}});
    }
    display.event({{"event", "tasks"}, {"tasks", std::move(tasks)}});
    std::vector<std::string> header = names_of(made);
    header.insert(header.begin(), "task");
    Table table(header);
    for (std::vector<std::string>& row : metric_rows(columns, /*all=*/true))
        table.add(std::move(row));
    display.print("\n" + table.text());
    if (!options.task_items.empty())
        write_file_atomically(options.task_items, dump_line(task_items_json(all, names_of(made))));
}

}  // namespace

void run_evaluate(const Options& given, Display& display, const std::stop_token& stop) {
    Options options = given;
    const std::optional<LayerThresholds> of_layers = take_layer_thresholds(options);
    const auto show_progress = [&](const Progress& progress) { display.progress(progress); };
    const ChosenProtocols protocols = choose_protocols(options);
    std::vector<ChosenTask> tasks;
    if (!options.tasks.empty()) tasks = read_tasks(options.tasks, options.limit);
    if (protocols.rolling) tasks.push_back(wikitext_task(options));
    join_processes();
    const Checkpoint checkpoint = Checkpoint::open(options.model(), options.opening());
    for (const std::string& note : checkpoint.notes())
        display.print("Note: " + note);
    resolve(options.compute());  // a device that does not work is told before anything slow
    std::vector<ProtocolText> texts;
    std::shared_ptr<const LogitsFile> base;
    if (!options.base_logits.empty()) {
        base = std::make_shared<const LogitsFile>(options.base_logits);
        texts.push_back({std::string(name_of(Protocol::llama_cpp)),
                         text_of_file(options.base_logits, *base, checkpoint)});
    } else {
        for (const std::string& name : protocols.of_texts)
            texts.push_back(
                {name, prepare_text(checkpoint, options.text(name), cache_dir(), stop)});
    }
    const Model model = Model::load(checkpoint, options.compute(), show_progress, stop);
    MeasuredHeads measured;
    if (!options.given_thresholds().empty() || of_layers) {
        measured = measure_heads(
            checkpoint, options, [&] { return model; }, display, stop);
        measured.matrices = agree_on(std::move(measured.matrices));
    }
    Variants made = make_variants(options, of_layers, checkpoint, measured, display);
    refit_as_asked(model, measured, made.plans, display, stop);
    for (const MergePlan& plan : made.plans)
        made.variants.push_back(variant_of(plan));
    for (ProtocolText& each : texts) {
        options.protocol = each.protocol;
        evaluate_text(options, each.text, model, made, base, measured, display, stop);
    }
    if (!tasks.empty()) {
        const auto tokenizer = tokenizer_of(checkpoint);
        const std::vector<TaskScores> scores =
            evaluate_tasks(model, *tokenizer, made.variants, std::move(tasks), show_progress, stop,
                           protocols.rolling ? options.window : 0);
        if (process_rank().first()) show_tasks(options, scores, made, display);
    }
    leave_processes();
}

}  // namespace headscope::app
