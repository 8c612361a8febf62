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
    const std::vector<ModelSpeed> speeds = measure_speed(
        models, {options.prompt, options.repetitions, options.generated}, progress, stop);
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    Table table({"model", "weights", "parameters", "test", "tokens a second", "against the first"});
    for (std::size_t i = 0; i < models.size(); ++i) {
        const ModelSize size = size_of(models[i].checkpoint());
        nlohmann::ordered_json row{{"model_path", paths[i]},
                                   {"parameters", size.parameters},
                                   {"bytes", size.bytes},
                                   {"kv_cache_bytes_per_token", size.kv_cache_bytes_per_token}};
        add_speed(row, speeds[i]);
        rows.push_back(std::move(row));
        const std::vector<SpeedTest> tests = tests_of(speeds[i]);
        const std::vector<SpeedTest> of_first = tests_of(speeds.front());
        for (std::size_t test = 0; test < tests.size(); ++test) {
            const double ratio = tests[test].speed.mean() / of_first[test].speed.mean();
            table.add({paths[i], bytes_text(size.bytes), count_text(size.parameters),
                       tests[test].name, speed_text(tests[test].speed),
                       i == 0 ? "" : fmt::format("{:.3f}", ratio)});
        }
    }
    const Model& first = models.front();
    display.event({{"event", "result"},
                   {"device", first.device()},
                   {"dtype", name_of(first.dtype())},
                   {"threads", first.threads()},
                   {"models", std::move(rows)}});
    display.print(table.text());
    display.print(
        fmt::format("\n{} repetitions after one that does not count, {} on {}, {} threads. pp: "
                    "reading a prompt; "
                    "tg: writing token by token.",
                    options.repetitions, name_of(first.dtype()), first.device(), first.threads()));
}

}  // namespace headscope::app
