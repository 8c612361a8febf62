#include "core/evaluation/sequence_scores.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "core/base/process_rank.h"

namespace headscope {
namespace {

/// The length that a sequence is padded to: few enough lengths, little padding.
std::size_t padded_length(std::size_t length, std::size_t longest) {
    const std::size_t step = length <= 64 ? 8 : length <= 256 ? 16 : length <= 1024 ? 64 : 256;
    return std::max<std::size_t>(2, std::min((length + step - 1) / step * step, longest));
}

/// The scores of all sequences while they are made, one length after the other.
class SequenceScores {
  public:
    SequenceScores(const std::vector<ScoredSequence>& sequences, std::size_t variants,
                   const TaskResume& resume)
        : partial_(resume.partial) {
        if (resume.known) scores_ = resume.known(sequences.size());
        if (scores_.done.size() != sequences.size() || scores_.values.size() != variants) {
            scores_ = {};
            scores_.done.assign(sequences.size(), 0);
            scores_.values.assign(variants, std::vector<WindowScore>(sequences.size()));
        }
        agree_on_known(sequences);
        for (std::size_t i = 0; i < sequences.size(); ++i) {
            if (scores_.done[i] != 0 && !is_whole(i, sequences[i].predictions.size()))
                scores_.done[i] = 0;
        }
    }

    /// Those of some sequences, in their order.
    [[nodiscard]] Scores of(const std::vector<std::size_t>& members) const {
        Scores part;
        for (const std::size_t i : members)
            part.done.push_back(scores_.done[i]);
        for (const auto& of_variant : scores_.values) {
            std::vector<WindowScore>& values = part.values.emplace_back();
            for (const std::size_t i : members)
                values.push_back(of_variant[i]);
        }
        return part;
    }

    /// Takes what is new in the scores of some sequences.
    void take(const Scores& part, const std::vector<std::size_t>& members) {
        for (std::size_t m = 0; m < members.size(); ++m) {
            const std::size_t i = members[m];
            if (part.done[m] == 0 || scores_.done[i] != 0) continue;
            for (std::size_t v = 0; v < scores_.values.size(); ++v)
                scores_.values[v][i] = part.values[v][m];
            scores_.done[i] = 1;
        }
        if (partial_) partial_(scores_);
    }

    [[nodiscard]] const Scores& all() const { return scores_; }

  private:
    /// Which sequences are scored already is what the first process says; the scores themselves
    /// stay there.
    void agree_on_known(const std::vector<ScoredSequence>& sequences) {
        if (process_rank().alone()) return;
        std::string done(scores_.done.size(), '0');
        for (std::size_t i = 0; i < done.size(); ++i)
            if (scores_.done[i] != 0) done[i] = '1';
        done = broadcast(done);
        if (process_rank().first()) return;
        for (std::size_t i = 0; i < done.size(); ++i) {
            if (done[i] != '1') continue;
            const std::size_t count = sequences[i].predictions.size();
            WindowScore elsewhere;
            elsewhere.tokens = std::make_shared<const TokenScores>(
                TokenScores{std::vector<float>(count), std::vector<std::uint8_t>(count), {}, {}});
            for (auto& of_variant : scores_.values)
                of_variant[i] = elsewhere;
            scores_.done[i] = 1;
        }
    }

    [[nodiscard]] bool is_whole(std::size_t sequence, std::size_t predictions) const {
        return std::all_of(scores_.values.begin(), scores_.values.end(), [&](const auto& values) {
            const auto& tokens = values[sequence].tokens;
            return tokens && tokens->nll.size() == predictions &&
                   tokens->correct.size() == predictions;
        });
    }

    const ScoresFn& partial_;
    Scores scores_;
};

}  // namespace

Scores score_sequences(const Model& model, const std::vector<Variant>& variants,
                       const std::vector<ScoredSequence>& sequences, const TaskResume& resume,
                       const ProgressFn& progress, const std::stop_token& stop) {
    const ModelConfig& config = model.config();
    const auto longest = static_cast<std::size_t>(config.longest_window());
    std::map<std::size_t, std::vector<std::size_t>, std::greater<>> buckets;  // longest first
    for (std::size_t i = 0; i < sequences.size(); ++i)
        buckets[padded_length(sequences[i].ids.size(), longest)].push_back(i);
    SequenceScores scores(sequences, variants.size(), resume);
    std::int64_t done = 0;
    for (const auto& [length, members] : buckets) {
        std::vector<ScoredSequence> chosen;
        for (const std::size_t i : members)
            chosen.push_back(sequences[i]);
        EvaluationParams params;
        params.variants = variants;
        params.windows = std::make_shared<const Windows>(
            chosen, Protocol::gptq, static_cast<std::int64_t>(length), config.vocab_size);
        params.known = scores.of(members);
        const std::int64_t count = static_cast<std::int64_t>(members.size());
        if (params.known.windows_done() < count) {
            const EvaluationResult result = evaluate(
                model, params,
                [&](Progress at) {
                    if (at.unit != "windows") return;
                    at.done += done;
                    at.total = static_cast<std::int64_t>(sequences.size());
                    at.stage = "evaluating tasks";
                    if (progress) progress(at);
                },
                [&](const Scores& part) { scores.take(part, members); }, stop);
            scores.take(result.scores, members);
        }
        done += count;
    }
    return scores.all();
}

}  // namespace headscope
