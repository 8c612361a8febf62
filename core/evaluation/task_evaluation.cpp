#include "core/evaluation/task_evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/evaluation/tasks/records.h"

namespace headscope {
namespace {

/// A request as tokens, and where its predictions stand among those of its sequence.
struct Place {
    std::size_t sequence = 0;
    std::size_t first = 0;
    std::size_t count = 0;
};

std::vector<std::int32_t> encode(const Tokenizer& tokenizer, std::string_view text) {
    std::vector<std::int32_t> ids = tokenizer.encode(text);
    if (const auto bos = tokenizer.bos_id()) ids.insert(ids.begin(), *bos);
    return ids;
}

/// All requests of all tasks as sequences, each once.
class Requests {
  public:
    Requests(const Tokenizer& tokenizer, std::int64_t longest)
        : tokenizer_(tokenizer), longest_(static_cast<std::size_t>(longest)) {}

    /// lm-eval's _encode_pair and the truncation of _loglikelihood_tokens.
    Place add(const TaskRequest& request) {
        const std::string_view context = tasks::strip_right(request.context);
        const std::string whole = request.context + request.continuation;
        std::vector<std::int32_t> ids = encode(tokenizer_, whole);
        const std::size_t of_context = std::min(context_length(context), ids.size());
        std::size_t count = ids.size() - of_context;
        if (count == 0 || ids.size() < 2) {
            fail(ErrorCode::bad_input, "a continuation without tokens of its own: \"{}\"",
                 request.continuation);
        }
        if (ids.size() > longest_ + 1)
            ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(longest_ + 1));
        count = std::min(count, ids.size() - 1);
        const std::vector<std::int32_t> targets(ids.end() - static_cast<std::ptrdiff_t>(count),
                                                ids.end());
        ids.pop_back();
        const auto [known, added] = numbers_.try_emplace(ids, sequences_.size());
        if (added) sequences_.push_back({ids, {}});
        ScoredSequence& sequence = sequences_[known->second];
        const Place place{known->second, sequence.predictions.size(), count};
        for (std::size_t i = 0; i < count; ++i) {
            sequence.predictions.push_back(
                {static_cast<std::int32_t>(ids.size() - count + i), targets[i]});
        }
        return place;
    }

    /// lm-eval's get_rolling_token_windows with a context of one token: every token is predicted
    /// once, a window's worth at a time; the last window reaches back to its full length.
    std::vector<Place> add_rolling(const std::string& text, std::int32_t prefix) {
        std::vector<std::int32_t> ids = encode(tokenizer_, text);
        ids.insert(ids.begin(), prefix);
        const std::size_t targets = ids.size() - 1;
        std::vector<Place> places;
        for (std::size_t begin = 0; begin < targets; begin += longest_) {
            const std::size_t end = std::min(begin + longest_, targets);
            const std::size_t count = end - begin;
            const std::size_t start = begin == 0 ? 0 : end - longest_;
            ScoredSequence sequence{{ids.begin() + static_cast<std::ptrdiff_t>(start),
                                     ids.begin() + static_cast<std::ptrdiff_t>(end)},
                                    {}};
            for (std::size_t i = begin; i < end; ++i) {
                sequence.predictions.push_back({static_cast<std::int32_t>(i - start), ids[i + 1]});
            }
            places.push_back({sequences_.size(), 0, count});
            sequences_.push_back(std::move(sequence));
        }
        return places;
    }

    [[nodiscard]] const std::vector<ScoredSequence>& sequences() const { return sequences_; }

  private:
    std::size_t context_length(std::string_view context) {
        // The choices of an item follow each other with the same context.
        if (context != last_context_) {
            last_context_ = context;
            last_length_ = encode(tokenizer_, context).size();
        }
        return last_length_;
    }

    const Tokenizer& tokenizer_;
    std::size_t longest_;
    std::vector<ScoredSequence> sequences_;
    std::map<std::vector<std::int32_t>, std::size_t> numbers_;
    std::string last_context_;
    std::size_t last_length_ = 0;
};

/// The token before a text: BOS, whether or not the tokenizer writes it by itself.
std::int32_t prefix_token(const Model& model, const Tokenizer& tokenizer) {
    if (const auto bos = tokenizer.bos_id()) return *bos;
    if (const auto bos = model.config().bos_token_id) return *bos;
    fail(ErrorCode::unsupported,
         "{}: bos_token_id is missing, with which a rolling text begins; add it to the config",
         model.checkpoint().path().string());
}

/// sum of values / sum of weights, with the 95 % interval of a ratio over independent items.
Estimate ratio_of(const std::vector<double>& values, const std::vector<double>& weights) {
    const auto count = static_cast<double>(values.size());
    const double weight = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double ratio = std::accumulate(values.begin(), values.end(), 0.0) / weight;
    std::vector<double> residuals(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        residuals[i] = (values[i] - ratio * weights[i]) * count / weight;
    const Estimate spread = mean_estimate(residuals);
    return {ratio, ratio + spread.low, ratio + spread.high};
}

Estimate exponential(const Estimate& log) {
    return {std::exp(log.value), std::exp(log.low), std::exp(log.high)};
}

/// The 95 % interval of a mean of paired differences, by bootstrap over items.
Estimate bootstrap(const std::vector<double>& differences) {
    constexpr std::size_t kResamples = 2000;
    constexpr std::uint64_t kSeed = 1729;
    const std::size_t count = differences.size();
    std::mt19937_64 random(kSeed);
    std::vector<double> means(kResamples);
    const double mean =
        std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(count);
    for (double& resampled : means) {
        double sum = 0.0;
        for (std::size_t i = 0; i < count; ++i)
            sum += differences[random() % count];
        resampled = sum / static_cast<double>(count);
    }
    std::sort(means.begin(), means.end());
    return {mean, means[kResamples / 40], means[kResamples - 1 - kResamples / 40]};
}

}  // namespace

std::vector<ChosenTask> read_tasks(const std::string& list, std::int64_t limit) {
    std::vector<ChosenTask> tasks;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const std::string entry = list.substr(at, end - at);
        at = end + 1;
        const std::size_t equals = entry.find('=');
        const Task& task = find_task(entry.substr(0, equals));
        if (equals == std::string::npos || equals + 1 == entry.size()) {
            fail(ErrorCode::bad_input, "task {} needs its file: {}=FILE, where FILE is {}",
                 task.name, task.name, task.files);
        }
        ChosenTask chosen{&task, entry.substr(equals + 1), {}};
        chosen.items = task.read(chosen.file);
        if (limit > 0 && chosen.items.size() > static_cast<std::size_t>(limit))
            chosen.items.resize(static_cast<std::size_t>(limit));
        tasks.push_back(std::move(chosen));
    }
    return tasks;
}

std::string items_sha256(const ChosenTask& task) {
    Sha256 sum;
    const auto add = [&](std::string_view text) {
        sum.update(fmt::format("{}:", text.size()));
        sum.update(text);
    };
    for (const TaskItem& item : task.items) {
        add(fmt::format("{} {} {} {}", item.gold, fmt::join(item.lengths, ","), item.words,
                        item.bytes));
        for (const TaskRequest& request : item.requests) {
            add(request.context);
            add(request.continuation);
        }
    }
    return sum.hex_digest();
}

std::vector<TaskScores> evaluate_tasks(const Model& model, const Tokenizer& tokenizer,
                                       const std::vector<Variant>& variants,
                                       std::vector<ChosenTask> tasks, const ProgressFn& progress,
                                       const std::stop_token& stop, std::int64_t longest,
                                       const TaskResume& resume) {
    const std::int64_t most = model.config().longest_window();
    Requests requests(tokenizer, longest > 0 ? std::min(longest, most) : most);
    std::vector<std::vector<std::vector<Place>>> places;  // [tasks][items][requests]
    for (const ChosenTask& task : tasks) {
        auto& of_task = places.emplace_back();
        for (const TaskItem& item : task.items) {
            throw_if_stopped(stop);
            auto& of_item = of_task.emplace_back();
            if (task.task->kind == TaskKind::rolling) {
                of_item = requests.add_rolling(item.requests.front().continuation,
                                               prefix_token(model, tokenizer));
                continue;
            }
            for (const TaskRequest& request : item.requests)
                of_item.push_back(requests.add(request));
        }
    }
    const Scores scores =
        score_sequences(model, variants, requests.sequences(), resume, progress, stop);
    std::vector<TaskScores> all;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        TaskScores of_task{std::move(tasks[t]), {}};
        for (std::size_t v = 0; v < variants.size(); ++v) {
            std::vector<ItemScore>& items = of_task.values.emplace_back();
            for (const std::vector<Place>& of_item : places[t]) {
                ItemScore item;
                for (const Place& place : of_item) {
                    const TokenScores& tokens = *scores.values[v][place.sequence].tokens;
                    double sum = 0.0;
                    item.greedy = true;
                    for (std::size_t i = place.first; i < place.first + place.count; ++i) {
                        sum -= static_cast<double>(tokens.nll[i]);
                        item.greedy = item.greedy && tokens.correct[i] != 0;
                    }
                    item.log_likelihoods.push_back(sum);
                }
                items.push_back(std::move(item));
            }
        }
        all.push_back(std::move(of_task));
    }
    return all;
}

std::vector<std::uint8_t> TaskScores::right(std::size_t variant, bool by_length) const {
    std::vector<std::uint8_t> right;
    for (std::size_t i = 0; i < task.items.size(); ++i) {
        const TaskItem& item = task.items[i];
        const ItemScore& score = values.at(variant)[i];
        if (task.task->kind == TaskKind::cloze) {
            right.push_back(score.greedy ? 1 : 0);
            continue;
        }
        std::vector<double> ranked = score.log_likelihoods;
        for (std::size_t c = 0; by_length && c < ranked.size(); ++c)
            ranked[c] /= item.lengths.at(c);
        const auto best = std::max_element(ranked.begin(), ranked.end());
        right.push_back(static_cast<std::size_t>(best - ranked.begin()) == item.gold ? 1 : 0);
    }
    return right;
}

std::vector<Metric> TaskScores::rolling_metrics(std::size_t variant) const {
    const std::string name(task.task->name);
    const std::string title(task.task->title);
    std::vector<double> words;
    std::vector<double> bytes;
    for (const TaskItem& item : task.items) {
        words.push_back(item.words);
        bytes.push_back(item.bytes);
    }
    const auto nll_of = [&](std::size_t v) {
        std::vector<double> nll;
        for (const ItemScore& item : values.at(v)) {
            nll.push_back(
                -std::accumulate(item.log_likelihoods.begin(), item.log_likelihoods.end(), 0.0));
        }
        return nll;
    };
    std::vector<double> nll = nll_of(variant);
    const Estimate a_byte = ratio_of(nll, bytes);
    const double bit = std::log(2.0);
    std::vector<Metric> metrics{{name + "_word_perplexity", title + ", word perplexity", "",
                                 exponential(ratio_of(nll, words)), false, true},
                                {name + "_byte_perplexity", title + ", byte perplexity", "",
                                 exponential(a_byte), false, false},
                                {name + "_bits_per_byte",
                                 title + ", bits per byte",
                                 "bits",
                                 {a_byte.value / bit, a_byte.low / bit, a_byte.high / bit},
                                 false,
                                 true}};
    if (variant == 0) return metrics;
    const std::vector<double> before = nll_of(0);
    for (std::size_t i = 0; i < nll.size(); ++i)
        nll[i] -= before[i];
    metrics.push_back({name + "_ln_word_perplexity_ratio", title + ", ln word perplexity ratio",
                       "nats", ratio_of(nll, words), false, true});
    return metrics;
}

std::vector<Metric> TaskScores::metric_list(std::size_t variant) const {
    std::vector<Metric> metrics;
    const std::string name(task.task->name);
    const std::string title(task.task->title);
    if (task.task->kind == TaskKind::rolling) return rolling_metrics(variant);
    const auto add_share = [&](const std::string& key, bool by_length) {
        const std::vector<std::uint8_t> now = right(variant, by_length);
        const std::vector<double> shares(now.begin(), now.end());
        metrics.push_back(
            {name + "_" + key, title + ", " + key, "fraction", mean_estimate(shares), true, true});
        if (variant == 0) return;
        const std::vector<std::uint8_t> before = right(0, by_length);
        std::vector<double> differences(now.size());
        std::int64_t gained = 0;
        std::int64_t lost = 0;
        for (std::size_t i = 0; i < now.size(); ++i) {
            differences[i] = static_cast<double>(now[i]) - static_cast<double>(before[i]);
            gained += now[i] > before[i] ? 1 : 0;
            lost += now[i] < before[i] ? 1 : 0;
        }
        metrics.push_back({name + "_" + key + "_difference", title + ", " + key + ", difference",
                           "fraction", bootstrap(differences), true, false});
        metrics.push_back({name + "_" + key + "_mcnemar_p", title + ", " + key + ", McNemar p", "",
                           metrics::plain(mcnemar_p(gained, lost)), std::nullopt, false});
    };
    add_share("acc", false);
    const bool by_length = std::all_of(task.items.begin(), task.items.end(),
                                       [](const TaskItem& item) { return !item.lengths.empty(); });
    if (by_length) add_share("acc_norm", true);
    if (task.task->kind == TaskKind::cloze) {
        std::vector<double> nll;
        for (const ItemScore& score : values.at(variant))
            nll.push_back(-score.log_likelihoods.front());
        const Estimate mean = mean_estimate(nll);
        metrics.push_back({name + "_perplexity",
                           title + ", perplexity",
                           "",
                           {std::exp(mean.value), std::exp(mean.low), std::exp(mean.high)},
                           false,
                           true});
    }
    return metrics;
}

double mcnemar_p(std::int64_t gained, std::int64_t lost) {
    const std::int64_t changed = gained + lost;
    const std::int64_t fewer = std::min(gained, lost);
    if (changed == 0) return 1.0;
    double p = 0.0;
    for (std::int64_t k = 0; k <= fewer; ++k) {
        const auto n = static_cast<double>(changed);
        const auto chosen = static_cast<double>(k);
        p += std::exp(std::lgamma(n + 1.0) - std::lgamma(chosen + 1.0) -
                      std::lgamma(n - chosen + 1.0) - n * std::log(2.0));
    }
    return std::min(1.0, 2.0 * p);
}

}  // namespace headscope
