#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/locations.h"
#include "core/base/process_rank.h"
#include "core/report/metric_table.h"
#include "core/report/yardstick.h"

namespace headscope::app {
namespace {

std::string text_of(const std::vector<Metric>& metrics, const char* name) {
    const Metric* metric = find_metric(metrics, name);
    return metric != nullptr ? metric_text(*metric) : std::string();
}

void show(Display& display, const Yardstick& yardstick) {
    Table table({"quantization", "bits a weight", "KL divergence (nats)", "perplexity",
                 "ln perplexity ratio (nats)", "same top token"});
    table.add({"as it is", "", "", text_of(yardstick.original, "perplexity"), "", ""});
    for (const YardstickStep& step : yardstick.steps) {
        table.add({step.name, fmt::format("{:.2f}", step.bits_per_weight),
                   text_of(step.metrics, "kl_divergence"), text_of(step.metrics, "perplexity"),
                   text_of(step.metrics, "ln_perplexity_ratio"),
                   text_of(step.metrics, "same_top")});
    }
    display.print(fmt::format("\n{}, protocol {}, {} windows of {} tokens, {}\n\n{}",
                              yardstick.corpus_name, yardstick.text.protocol,
                              count_text(yardstick.windows), yardstick.text.window, yardstick.dtype,
                              table.text()));
}

}  // namespace

void run_yardstick(const Options& options, Display& display, const std::stop_token& stop) {
    constexpr std::int64_t kWindows = 8;
    if (!process_rank().alone())
        fail(ErrorCode::unsupported, "yardstick works in one process alone; start one");
    const Checkpoint checkpoint = Checkpoint::open(options.model(), options.opening());
    resolve(options.compute());
    TextOptions wanted = options.text();
    if (!options.was_given("--max_windows")) wanted.max_windows = kWindows;
    const PreparedText text = prepare_text(checkpoint, wanted, cache_dir(), stop);
    for (const std::string& note : checkpoint.notes())
        display.print("Note: " + note);
    const Yardstick yardstick = measure_yardstick(
        checkpoint, text, options.compute(), [&](const Progress& at) { display.progress(at); },
        stop);
    show(display, yardstick);
    nlohmann::ordered_json event = {{"event", "result"}};
    event.update(to_json(yardstick));
    display.event(event);
    if (!options.output.empty())
        write_file_atomically(options.output, dump_readable(to_json(yardstick)));
    keep_yardstick(cache_dir(), yardstick);
    if (cache_dir().empty()) return;
    display.print(
        fmt::format("\nKept in {}: evaluate, batch and the window tell from it what a plan costs",
                    yardstick_file(cache_dir(), yardstick.text).string()));
}

}  // namespace headscope::app
