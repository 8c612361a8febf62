#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/evaluation/comparison.h"

namespace headscope::app {
namespace {

/// One protocol's text, and what is known of its perplexity.
struct Tried {
    const ProtocolPreset* preset = nullptr;
    PreparedText text;
    Scores scores;
    bool full = false;

    [[nodiscard]] Estimate perplexity() const { return scores.metrics(0).perplexity; }
    [[nodiscard]] double distance(double quoted) const {
        return std::abs(std::log(perplexity().value / quoted));
    }
};

/// Evaluates the first windows of the shuffled order; all where `tokens` is 0.
void evaluate_part(const Model& model, Tried& tried, std::int64_t tokens,
                   const ProgressFn& progress, const std::stop_token& stop) {
    EvaluationParams params{{{}}, tried.text.windows, tried.scores};
    const std::int64_t count = tried.text.windows->count();
    const std::int64_t some = std::clamp<std::int64_t>(tokens / tried.text.windows->window(), 2,
                                                       std::max<std::int64_t>(2, count));
    tried.full = tokens == 0 || some >= count;
    if (!tried.full) {
        params.order = tried.text.windows->shuffled_order();
        params.order.resize(static_cast<std::size_t>(some));
    }
    tried.scores = evaluate(model, params, progress, {}, stop).scores;
}

std::vector<Tried> readable_protocols(const Options& options, const Checkpoint& checkpoint,
                                      Display& display, const std::stop_token& stop) {
    std::vector<Tried> all;
    for (const ProtocolPreset& preset : protocol_presets()) {
        if (preset.name == "gptq") continue;  // gptq-2048 is the same
        try {
            const TextOptions text{options.corpus, preset.protocol, preset.window,
                                   options.max_windows};
            all.push_back({&preset, prepare_text(checkpoint, text, cache_dir(), stop), {}, false});
        } catch (const Error& error) {
            if (error.code() == ErrorCode::cancelled) throw;
            display.print(fmt::format("{}: {}", preset.name, error.what()));
        }
    }
    if (all.empty())
        fail(ErrorCode::bad_input, "no protocol can be evaluated on this text; see above");
    return all;
}

void show(Display& display, const std::vector<Tried>& all, double quoted) {
    Table table({"protocol", "window", "windows", "perplexity", "from the quoted"});
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const Tried& tried : all) {
        const Estimate perplexity = tried.perplexity();
        const double apart = perplexity.value / quoted - 1.0;
        table.add({std::string(tried.preset->name), count_text(tried.text.windows->window()),
                   fmt::format("{}{}", count_text(tried.scores.windows_done()),
                               tried.full ? "" : " of " + count_text(tried.text.windows->count())),
                   perplexity_text(perplexity), fmt::format("{:+.2f} %", 100.0 * apart)});
        rows.push_back({{"protocol", tried.preset->name},
                        {"window", tried.text.windows->window()},
                        {"windows", tried.scores.windows_done()},
                        {"full", tried.full},
                        {"perplexity", perplexity.value},
                        {"used_by", tried.preset->used_by}});
    }
    display.event({{"event", "result"}, {"quoted", quoted}, {"protocols", std::move(rows)}});
    display.print("\n" + table.text());
    const auto nearest =
        std::min_element(all.begin(), all.end(), [&](const auto& a, const auto& b) {
            return std::pair(!a.full, a.distance(quoted)) < std::pair(!b.full, b.distance(quoted));
        });
    display.print(fmt::format(
        "\nNearest to {}: {} ({}), {}.", quoted, nearest->preset->name, nearest->preset->used_by,
        nearest->distance(quoted) < 0.005 ? "within 0.5 %"
                                          : "but not within 0.5 %: another text, window or model"));
}

}  // namespace

void run_protocols(const Options& options, Display& display, const std::stop_token& stop) {
    constexpr std::int64_t kFirstTokens = 16384;
    constexpr std::size_t kInFull = 2;
    const double quoted = options.quoted;
    if (!(quoted > 1.0) || !std::isfinite(quoted))
        fail(ErrorCode::bad_input, "{} is no perplexity; give a number over 1", quoted);
    const auto progress = [&](const Progress& at) { display.progress(at); };
    const Checkpoint checkpoint = Checkpoint::open(options.model());
    resolve(options.compute());
    std::vector<Tried> all = readable_protocols(options, checkpoint, display, stop);
    const Model model = Model::load(checkpoint, options.compute(), progress, stop);
    for (Tried& tried : all)
        evaluate_part(model, tried, kFirstTokens, progress, stop);
    std::sort(all.begin(), all.end(), [&](const Tried& a, const Tried& b) {
        return a.distance(quoted) < b.distance(quoted);
    });
    for (std::size_t i = 0; i < std::min(kInFull, all.size()); ++i) {
        if (!all[i].full) evaluate_part(model, all[i], 0, progress, stop);
    }
    show(display, all, quoted);
}

}  // namespace headscope::app
