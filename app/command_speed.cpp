#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/table.h"
#include "core/base/locations.h"
#include "core/base/process_rank.h"
#include "core/evaluation/speed.h"
#include "core/export/export.h"
#include "core/report/speed_text.h"

namespace headscope::app {

void run_speed(const Options& options, Display& display, const std::stop_token& stop) {
    if (!process_rank().first()) return;  // the processes of a job share nothing here
    const auto progress = [&](const Progress& at) { display.progress(at); };
    std::vector<std::string> paths = options.speed_models;
    if (paths.empty()) paths.push_back(demo_model_dir().string());
    std::vector<Model> models;
    for (const std::string& path : paths) {
        const Checkpoint checkpoint = Checkpoint::open(path, options.opening());
        models.push_back(Model::load(checkpoint, options.compute(), progress, stop));
    }
    const std::vector<PrefillSpeed> speeds =
        measure_prefill(models, {options.prompt, options.repetitions}, progress, stop);
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    Table table({"model", "weights", "parameters", "test", "tokens a second", "against the first"});
    for (std::size_t i = 0; i < models.size(); ++i) {
        const ModelSize size = size_of(models[i].checkpoint());
        rows.push_back({{"model_path", paths[i]},
                        {"parameters", size.parameters},
                        {"bytes", size.bytes},
                        {"kv_cache_bytes_per_token", size.kv_cache_bytes_per_token},
                        {"prefill", to_json(speeds[i])}});
        table.add({paths[i], bytes_text(size.bytes), count_text(size.parameters),
                   test_name(speeds[i]), speed_text(speeds[i]),
                   i == 0 ? "" : fmt::format("{:.3f}", speeds[i].mean() / speeds.front().mean())});
    }
    const Model& first = models.front();
    display.event({{"event", "result"},
                   {"device", first.device()},
                   {"dtype", name_of(first.dtype())},
                   {"threads", first.threads()},
                   {"models", std::move(rows)}});
    display.print(table.text());
    display.print(fmt::format(
        "\n{} repetitions after one that does not count, {} on {}, {} threads. Reading a prompt "
        "alone: Headscope does not generate.",
        options.repetitions, name_of(first.dtype()), first.device(), first.threads()));
}

}  // namespace headscope::app
