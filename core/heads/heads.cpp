#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/heads/heads_engine.h"
#include "core/model/engine_module.h"
#include "core/similarity/similarity.h"

namespace headscope {
namespace {

const HeadsEngine& engine() {
    return engine_table<HeadsEngine>(kHeadsEngineSymbol);
}

struct Entry {
    HeadScore score;
    std::string_view name;
};

constexpr std::array kEntries = {
    Entry{HeadScore::entropy, "entropy"},
    Entry{HeadScore::first_token, "first-token"},
    Entry{HeadScore::previous_token, "previous-token"},
    Entry{HeadScore::duplicate, "duplicate-token"},
    Entry{HeadScore::induction, "induction"},
    Entry{HeadScore::distance, "distance"},
    Entry{HeadScore::output_norm, "output-norm"},
};
static_assert(kEntries.size() == kHeadScores);

void require_ids(const ModelConfig& config, const std::vector<std::int64_t>& ids) {
    for (const std::int64_t id : ids) {
        if (id < 0 || id >= config.vocab_size) {
            fail(ErrorCode::bad_input,
                 "token {} is not in the model's vocabulary of {}; its tokenizer is another "
                 "model's",
                 id, config.vocab_size);
        }
    }
}

void require_length(const ModelConfig& config, std::int64_t length, std::int64_t least) {
    if (length < least) {
        fail(ErrorCode::bad_input, "a text of {} tokens is too short; give one of {} or more",
             length, least);
    }
    if (length > config.longest_window()) {
        fail(ErrorCode::bad_input, "a text of {} tokens is longer than the {} that the model reads",
             length, config.longest_window());
    }
}

void require_sequences(const ModelConfig& config,
                       const std::vector<std::vector<std::int64_t>>& sequences) {
    if (sequences.empty()) fail(ErrorCode::bad_input, "head scores need at least one sequence");
    for (const auto& sequence : sequences) {
        require_length(config, static_cast<std::int64_t>(sequence.size()), 2);
        require_ids(config, sequence);
        if (sequence.size() != sequences.front().size()) {
            fail(ErrorCode::bad_input, "sequences of {} and {} tokens; all need the same length",
                 sequences.front().size(), sequence.size());
        }
    }
}

}  // namespace

std::span<const HeadScore> all_head_scores() {
    static constexpr auto kScores = [] {
        std::array<HeadScore, kEntries.size()> scores{};
        for (std::size_t i = 0; i < scores.size(); ++i)
            scores[i] = kEntries[i].score;
        return scores;
    }();
    return kScores;
}

std::string_view name_of(HeadScore score) {
    return kEntries[static_cast<std::size_t>(score)].name;
}

std::vector<LayerHeadScores> score_heads(const Model& model,
                                         const std::vector<std::vector<std::int64_t>>& sequences,
                                         const ProgressFn& progress, const std::stop_token& stop) {
    require_sequences(model.config(), sequences);
    return engine().score(model, sequences, progress, stop);
}

std::vector<std::vector<HeadActivity>> top_passages(
    const Model& model, const std::vector<std::vector<std::int64_t>>& sequences,
    const PassageOptions& options, const ProgressFn& progress, const std::stop_token& stop) {
    require_sequences(model.config(), sequences);
    return engine().passages(model, sequences, options, progress, stop);
}

std::vector<std::vector<std::int64_t>> repeated_sequences(std::int64_t vocab_size,
                                                          std::int64_t length, int count) {
    std::vector<std::vector<std::int64_t>> sequences;
    std::uint64_t state = 0x9e3779b97f4a7c15ULL;
    const auto next = [&] {  // splitmix64, the same on every machine
        std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    };
    for (int i = 0; i < count; ++i) {
        std::vector<std::int64_t> ids(static_cast<std::size_t>(length));
        const auto half = ids.size() / 2;
        for (std::size_t at = 0; at < ids.size(); ++at) {
            ids[at] =
                at < half || half == 0
                    ? static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(vocab_size))
                    : ids[at - half];
        }
        sequences.push_back(std::move(ids));
    }
    return sequences;
}

std::vector<LayerAttention> read_attention(const Model& model, const std::vector<std::int64_t>& ids,
                                           const std::vector<int>& layers,
                                           const ProgressFn& progress,
                                           const std::stop_token& stop) {
    require_length(model.config(), static_cast<std::int64_t>(ids.size()), 1);
    require_ids(model.config(), ids);
    return engine().attention(model, ids, choose_layers(model.config(), layers), progress, stop);
}

std::int64_t LayerAttention::tokens() const {
    return static_cast<std::int64_t>(keys.size()) / std::max<std::int64_t>(1, kv_heads * head_dim);
}

std::vector<float> LayerAttention::row(int head, std::int64_t query) const {
    const std::int64_t first =
        sliding_window > 0 ? std::max<std::int64_t>(0, query - sliding_window + 1) : 0;
    const std::int64_t kv = head / (heads / kv_heads);
    const float* const q = queries.data() + (query * heads + head) * head_dim;
    std::vector<float> shares(static_cast<std::size_t>(query + 1), 0.0F);
    double highest = -INFINITY;
    std::vector<double> scores(shares.size(), -INFINITY);
    for (std::int64_t key = first; key <= query; ++key) {
        const float* const k = keys.data() + (key * kv_heads + kv) * head_dim;
        const double score =
            scale * static_cast<double>(std::inner_product(q, q + head_dim, k, 0.0F));
        scores[static_cast<std::size_t>(key)] = score;
        highest = std::max(highest, score);
    }
    double sum = 0.0;
    for (double& score : scores)
        sum += score = std::exp(score - highest);
    for (std::size_t key = 0; key < shares.size(); ++key)
        shares[key] = static_cast<float>(scores[key] / sum);
    return shares;
}

std::vector<float> LayerAttention::matrix(int head) const {
    const auto count = static_cast<std::size_t>(tokens());
    std::vector<float> rows(count * count, 0.0F);
    for (std::size_t query = 0; query < count; ++query) {
        const std::vector<float> shares = row(head, static_cast<std::int64_t>(query));
        std::copy(shares.begin(), shares.end(),
                  rows.begin() + static_cast<std::ptrdiff_t>(query * count));
    }
    return rows;
}

AttentionProfile profile_of(const std::vector<float>& rows, std::int64_t tokens) {
    const auto count = static_cast<std::size_t>(tokens);
    AttentionProfile profile{std::vector<double>(count), std::vector<double>(count), 0.0, 0.0};
    for (std::size_t query = 0; query < count; ++query) {
        const float* const row = rows.data() + query * count;
        for (std::size_t key = 0; key <= query; ++key) {
            const double share = row[key];
            if (share > 0.0) profile.entropy[query] -= share * std::log(share);
            profile.distance[query - key] += share;
        }
        if (query == 0) continue;
        profile.first_token += row[0];
        profile.previous_token += row[query - 1];
    }
    for (std::size_t distance = 0; distance < count; ++distance)
        profile.distance[distance] /= static_cast<double>(count - distance);
    if (count > 1) {
        profile.first_token /= static_cast<double>(count - 1);
        profile.previous_token /= static_cast<double>(count - 1);
    }
    return profile;
}

}  // namespace headscope
