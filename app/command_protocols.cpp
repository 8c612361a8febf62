#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/evaluation/comparison.h"
#include "core/evaluation/corpus.h"
#include "core/evaluation/task_evaluation.h"

namespace headscope::app {
namespace {

/// A figure that somebody may have quoted, and what is known of it.
struct Figure {
    std::string protocol;
    std::string key;   ///< "perplexity", "word_perplexity"
    std::string unit;  ///< of text: "windows", "pages"
    std::string used_by;
    std::int64_t window = 0;
    std::int64_t done = 0;  ///< of `count` units
    std::int64_t count = 0;
    Estimate value;

    [[nodiscard]] bool full() const { return done == count; }
    [[nodiscard]] double distance(double quoted) const {
        return std::abs(std::log(value.value / quoted));
    }
    [[nodiscard]] std::string name() const {
        if (key == "perplexity") return protocol;
        std::string words = key;
        std::replace(words.begin(), words.end(), '_', ' ');
        return fmt::format("{}, {}", protocol, words);
    }
};

/// One way of evaluating the text.
class Way {
  public:
    Way() = default;
    virtual ~Way() = default;
    Way(const Way&) = delete;
    Way& operator=(const Way&) = delete;

    /// Evaluates about so many tokens, spread over the text; all where it is 0.
    virtual void evaluate_part(const Model& model, std::int64_t tokens, const ProgressFn& progress,
                               const std::stop_token& stop) = 0;

    [[nodiscard]] virtual std::vector<Figure> figures() const = 0;
};

/// A preset's windows.
class WindowsWay : public Way {
  public:
    WindowsWay(const ProtocolPreset& preset, PreparedText text)
        : preset_(&preset), text_(std::move(text)) {}

    void evaluate_part(const Model& model, std::int64_t tokens, const ProgressFn& progress,
                       const std::stop_token& stop) override {
        EvaluationParams params{{{}}, text_.windows, scores_};
        const std::int64_t count = text_.windows->count();
        const std::int64_t some = std::clamp<std::int64_t>(tokens / text_.windows->window(), 2,
                                                           std::max<std::int64_t>(2, count));
        if (tokens != 0 && some < count) {
            params.order = text_.windows->shuffled_order();
            params.order.resize(static_cast<std::size_t>(some));
        }
        scores_ = evaluate(model, params, progress, {}, stop).scores;
    }

    [[nodiscard]] std::vector<Figure> figures() const override {
        return {{std::string(preset_->name), "perplexity", "windows", std::string(preset_->used_by),
                 text_.windows->window(), scores_.windows_done(), text_.windows->count(),
                 scores_.metrics(0).perplexity}};
    }

  private:
    const ProtocolPreset* preset_;
    PreparedText text_;
    Scores scores_;
};

/// Pages of WikiText as lm-eval scores them.
class PagesWay : public Way {
  public:
    PagesWay(std::string file, std::int64_t most, const Checkpoint& checkpoint)
        : task_{&find_task("wikitext"), std::move(file), {}},
          tokenizer_(tokenizer_of(checkpoint)),
          window_(checkpoint.config().longest_window()) {
        task_.items = task_.task->read(task_.file);
        if (most > 0 && task_.items.size() > static_cast<std::size_t>(most))
            task_.items.resize(static_cast<std::size_t>(most));
    }

    void evaluate_part(const Model& model, std::int64_t tokens, const ProgressFn& progress,
                       const std::stop_token& stop) override {
        constexpr double kBytesOfToken = 4.0;
        double bytes = 0.0;
        for (const TaskItem& item : task_.items)
            bytes += item.bytes;
        const std::size_t count = task_.items.size();
        const double share = static_cast<double>(tokens) * kBytesOfToken / bytes;
        std::size_t some = count;
        if (tokens != 0 && share < 1.0) {
            some = std::clamp<std::size_t>(
                static_cast<std::size_t>(share * static_cast<double>(count)), 2,
                std::max<std::size_t>(2, count));
            some = std::min(some, count);
        }
        ChosenTask part{task_.task, task_.file, {}};
        for (std::size_t i = 0; i < some; ++i)
            part.items.push_back(task_.items[i * count / some]);
        done_ = static_cast<std::int64_t>(some);
        metrics_ = evaluate_tasks(model, *tokenizer_, {{}}, {std::move(part)}, progress, stop)
                       .front()
                       .metric_list(0);
    }

    [[nodiscard]] std::vector<Figure> figures() const override {
        std::vector<Figure> figures;
        for (const Metric& metric : metrics_) {
            const std::string key = metric.name.substr(metric.name.find('_') + 1);
            figures.push_back({kRollingProtocol, key, "pages", "lm-evaluation-harness", window_,
                               done_, static_cast<std::int64_t>(task_.items.size()), metric.value});
        }
        return figures;
    }

  private:
    ChosenTask task_;
    std::unique_ptr<const Tokenizer> tokenizer_;
    std::int64_t window_;
    std::int64_t done_ = 0;
    std::vector<Metric> metrics_;
};

using Ways = std::vector<std::unique_ptr<Way>>;

/// What can be evaluated on this text; the others are told with the reason.
Ways readable_ways(const Options& options, const Checkpoint& checkpoint, Display& display,
                   const std::stop_token& stop) {
    Ways ways;
    const auto add = [&](std::string_view name, const auto& make) {
        try {
            ways.push_back(make());
        } catch (const Error& error) {
            if (error.code() == ErrorCode::cancelled) throw;
            display.print(fmt::format("{}: {}", name, error.what()));
        }
    };
    for (const ProtocolPreset& preset : protocol_presets()) {
        if (preset.name == "gptq") continue;  // gptq-2048 is the same
        add(preset.name, [&] {
            const TextOptions text{options.corpus, preset.protocol, preset.window,
                                   options.max_windows, std::string(preset.sentence_separator)};
            return std::make_unique<WindowsWay>(preset,
                                                prepare_text(checkpoint, text, cache_dir(), stop));
        });
    }
    if (ways.empty())
        fail(ErrorCode::bad_input, "no protocol can be evaluated on this text; see above");
    if (load_corpus(options.corpus).layout == CorpusLayout::wikitext) {
        add(kRollingProtocol, [&] {
            const std::string file =
                options.corpus.empty() ? wikitext2_test_file().string() : options.corpus;
            return std::make_unique<PagesWay>(file, options.max_windows, checkpoint);
        });
    }
    return ways;
}

void show(Display& display, const std::vector<Figure>& all, double quoted) {
    Table table({"protocol", "window", "evaluated", "perplexity", "from the quoted"});
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const Figure& figure : all) {
        const double apart = figure.value.value / quoted - 1.0;
        table.add({figure.name(), count_text(figure.window),
                   fmt::format("{}{} {}", count_text(figure.done),
                               figure.full() ? "" : " of " + count_text(figure.count), figure.unit),
                   perplexity_text(figure.value), fmt::format("{:+.2f} %", 100.0 * apart)});
        rows.push_back({{"protocol", figure.protocol},
                        {"figure", figure.key},
                        {"window", figure.window},
                        {figure.unit, figure.done},
                        {"full", figure.full()},
                        {"perplexity", figure.value.value},
                        {"used_by", figure.used_by}});
    }
    display.event({{"event", "result"}, {"quoted", quoted}, {"protocols", std::move(rows)}});
    display.print("\n" + table.text());
    const auto nearest =
        std::min_element(all.begin(), all.end(), [&](const Figure& a, const Figure& b) {
            return std::pair(!a.full(), a.distance(quoted)) <
                   std::pair(!b.full(), b.distance(quoted));
        });
    display.print(fmt::format(
        "\nNearest to {}: {} ({}), {}.", quoted, nearest->name(), nearest->used_by,
        nearest->distance(quoted) < 0.005 ? "within 0.5 %"
                                          : "but not within 0.5 %: another text, window or model"));
}

/// How far the nearest figure of a way is.
double distance_of(const Way& way, double quoted) {
    const std::vector<Figure> figures = way.figures();
    const auto nearest = std::min_element(
        figures.begin(), figures.end(),
        [&](const Figure& a, const Figure& b) { return a.distance(quoted) < b.distance(quoted); });
    return nearest->distance(quoted);
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
    Ways ways = readable_ways(options, checkpoint, display, stop);
    const Model model = Model::load(checkpoint, options.compute(), progress, stop);
    for (const auto& way : ways)
        way->evaluate_part(model, kFirstTokens, progress, stop);
    std::sort(ways.begin(), ways.end(), [&](const auto& a, const auto& b) {
        return distance_of(*a, quoted) < distance_of(*b, quoted);
    });
    for (std::size_t i = 0; i < std::min(kInFull, ways.size()); ++i) {
        if (!ways[i]->figures().front().full()) ways[i]->evaluate_part(model, 0, progress, stop);
    }
    std::vector<Figure> figures;
    for (const auto& way : ways) {
        for (Figure& figure : way->figures())
            figures.push_back(std::move(figure));
    }
    std::sort(figures.begin(), figures.end(), [&](const Figure& a, const Figure& b) {
        return a.distance(quoted) < b.distance(quoted);
    });
    show(display, figures, quoted);
}

}  // namespace headscope::app
