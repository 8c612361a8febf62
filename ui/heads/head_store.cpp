#include "ui/heads/head_store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/locations.h"
#include "core/measures/observation.h"

namespace headscope::ui {
namespace {

constexpr std::int64_t kScoreLength = 512;
constexpr int kScoreSequences = 8;
constexpr std::int64_t kMostBytes = std::int64_t{512} << 20;  ///< of the attention of a text

using Sequences = std::vector<std::vector<std::int64_t>>;

/// The calibration text in sequences of which a head's behaviour shows.
Sequences calibration_sequences(const OpenedModel& model, const CalibrationOptions& calibration,
                                const HeadStore::Settings& settings, int most,
                                const Job::Reporter& reporter, const std::stop_token& stop) {
    reporter.progress({"tokenizing", 0, 0, ""});
    const CalibrationText text =
        prepare_calibration(model.checkpoint, calibration, settings.corpus, cache_dir(), stop);
    return sequences_of(*text.windows, kScoreLength, most);
}

std::shared_ptr<const HeadStore::Scores> compute_scores(const OpenedModel& model,
                                                        const CalibrationOptions& calibration,
                                                        const HeadStore::Settings& settings,
                                                        const Job::Reporter& reporter,
                                                        const std::stop_token& stop) {
    const Sequences sequences =
        calibration_sequences(model, calibration, settings, kScoreSequences, reporter, stop);
    const Model loaded = settings.load(model.checkpoint, reporter.progress, stop);
    return std::make_shared<const HeadStore::Scores>(
        score_heads(loaded, sequences, reporter.progress, stop));
}

std::shared_ptr<const HeadStore::Redundancy> compute_redundancy(
    const OpenedModel& model, const CalibrationOptions& calibration,
    const HeadStore::Settings& settings, const Job::Reporter& reporter,
    const std::stop_token& stop) {
    reporter.progress({"tokenizing", 0, 0, ""});
    ObservationParams params;
    params.windows =
        prepare_calibration(model.checkpoint, calibration, settings.corpus, cache_dir(), stop)
            .windows;
    params.redundancy = true;
    const Model loaded = settings.load(model.checkpoint, reporter.progress, stop);
    HeadStore::Redundancy heads(static_cast<std::size_t>(model.layers()));
    for (LayerObservation& layer : observe_heads(loaded, params, reporter.progress, stop))
        heads[static_cast<std::size_t>(layer.layer)] = std::move(layer.redundancy);
    return std::make_shared<const HeadStore::Redundancy>(std::move(heads));
}

std::shared_ptr<const FoundPassages> compute_passages(const OpenedModel& model,
                                                      const CalibrationOptions& calibration,
                                                      const HeadStore::Settings& settings,
                                                      const Job::Reporter& reporter,
                                                      const std::stop_token& stop) {
    const Sequences sequences = calibration_sequences(
        model, calibration, settings, std::numeric_limits<int>::max(), reporter, stop);
    const Model loaded = settings.load(model.checkpoint, reporter.progress, stop);
    FoundPassages found;
    found.heads = top_passages(loaded, sequences, {}, reporter.progress, stop);
    found.sequences = words_of(model.checkpoint, sequences);
    return std::make_shared<const FoundPassages>(std::move(found));
}

/// All layers where their queries and keys fit; else the one that is looked at.
std::vector<int> kept_layers(const ModelConfig& config, std::int64_t tokens, int looked_at) {
    std::int64_t bytes = 0;
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        const HeadCounts heads = config.heads_of(layer);
        bytes += tokens * (heads.heads + heads.kv_heads) * config.head_dim *
                 static_cast<std::int64_t>(sizeof(float));
    }
    return bytes <= kMostBytes ? std::vector<int>() : std::vector<int>{looked_at};
}

/// `read`: where it has no tokens yet, its text is tokenized.
std::shared_ptr<const ReadText> compute_attention(const OpenedModel& model, ReadText read,
                                                  int layer, const HeadStore::Settings& settings,
                                                  const Job::Reporter& reporter,
                                                  const std::stop_token& stop) {
    reporter.progress({"tokenizing", 0, 0, ""});
    const std::int64_t most = std::min(HeadStore::kMostTokens, model.config().longest_window());
    if (read.words.ids.empty())
        read.words = tokenize_words(model.checkpoint, read.text.toStdString(), most);
    throw_if_stopped(stop);
    const auto tokens = static_cast<std::int64_t>(read.words.ids.size());
    const Model loaded = settings.load(model.checkpoint, reporter.progress, stop);
    read.layers = read_attention(loaded, read.words.ids, kept_layers(model.config(), tokens, layer),
                                 reporter.progress, stop);
    return std::make_shared<const ReadText>(std::move(read));
}

}  // namespace

const LayerAttention* ReadText::layer(int index) const {
    const auto found = std::ranges::find(layers, index, &LayerAttention::layer);
    return found != layers.end() ? &*found : nullptr;
}

const HeadActivity* FoundPassages::of(HeadRef head) const {
    const auto layer = static_cast<std::size_t>(head.layer);
    const auto index = static_cast<std::size_t>(head.head);
    return layer < heads.size() && index < heads[layer].size() ? &heads[layer][index] : nullptr;
}

QString FoundPassages::text(std::int64_t sequence, std::int64_t first, std::int64_t count) const {
    // Joined as bytes: a token need not be UTF-8 by itself.
    std::string joined;
    const TokenizedWords& words = sequences.at(static_cast<std::size_t>(sequence));
    for (std::int64_t token = first; token < first + count; ++token)
        joined += words.texts.at(static_cast<std::size_t>(token));
    return QString::fromStdString(joined);
}

HeadStore::HeadStore(Session& session, std::function<Settings()> how, QObject* parent)
    : QObject(parent),
      session_(session),
      how_(std::move(how)),
      scoring_(QStringLiteral("head scores")),
      comparing_(QStringLiteral("head redundancy")),
      finding_(QStringLiteral("passages")),
      reading_(QStringLiteral("attention")) {
    connect(&session_, &Session::model_changed, this, &HeadStore::take_model);
    for (Job* job : {&scoring_, &comparing_, &finding_, &reading_})
        connect_job(*job);
    connect(&scoring_, &Job::finished, this, [this](const Job::Value& value) {
        scores_ = std::static_pointer_cast<const Scores>(value);
        Q_EMIT changed();
    });
    connect(&comparing_, &Job::finished, this, [this](const Job::Value& value) {
        redundancy_ = std::static_pointer_cast<const Redundancy>(value);
        Q_EMIT changed();
    });
    connect(&finding_, &Job::finished, this, [this](const Job::Value& value) {
        passages_ = std::static_pointer_cast<const FoundPassages>(value);
        Q_EMIT changed();
    });
    connect(&reading_, &Job::finished, this, [this](const Job::Value& value) {
        read_ = std::static_pointer_cast<const ReadText>(value);
        Q_EMIT changed();
    });
    take_model();
}

void HeadStore::connect_job(Job& job) {
    connect(&job, &Job::progressed, this, &HeadStore::progressed);
    connect(&job, &Job::cancelled, this, &HeadStore::changed);
    connect(&job, &Job::failed, this, [this](const JobError& error) {
        Q_EMIT changed();
        Q_EMIT failed(error);
    });
}

void HeadStore::take_model() {
    const auto before = std::exchange(model_, session_.model());
    if (same_checkpoint(before.get(), model_.get())) return;
    for (Job* job : {&scoring_, &comparing_, &finding_, &reading_})
        job->abandon();
    scores_.reset();
    redundancy_.reset();
    passages_.reset();
    read_.reset();
    Q_EMIT changed();
}

template <typename Compute>
void HeadStore::start_over_calibration(Job& job, Compute compute) {
    if (model_ == nullptr || job.running()) return;
    job.start(
        [compute, model = model_, calibration = session_.choices().calibration, settings = how_()](
            const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
            return compute(*model, calibration, settings, reporter, stop);
        });
    Q_EMIT changed();
}

void HeadStore::want_scores() {
    if (scores_ == nullptr) start_over_calibration(scoring_, compute_scores);
}

void HeadStore::want_redundancy() {
    if (redundancy_ == nullptr) start_over_calibration(comparing_, compute_redundancy);
}

void HeadStore::want_passages() {
    if (passages_ == nullptr) start_over_calibration(finding_, compute_passages);
}

void HeadStore::read_text(const QString& text, int layer) {
    read_words({text, {}, {}}, layer);
}

void HeadStore::read_passage(const HeadPassage& passage, int layer) {
    if (passages_ == nullptr) return;
    const auto sequence = static_cast<std::size_t>(passage.sequence);
    const TokenizedWords& all = passages_->sequences.at(sequence);
    const std::int64_t end = passage.first + passage.count;
    ReadText read{
        passages_->text(passage.sequence, 0, end),
        {{all.ids.begin(), all.ids.begin() + end}, {all.texts.begin(), all.texts.begin() + end}},
        {},
        static_cast<int>(passage.peak)};
    read_words(std::move(read), layer);
}

void HeadStore::read_words(ReadText read, int layer) {
    if (model_ == nullptr) return;
    reading_.start([model = model_, read = std::move(read), layer, settings = how_()](
                       const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        return compute_attention(*model, read, layer, settings, reporter, stop);
    });
    Q_EMIT changed();
}

void HeadStore::cancel() {
    for (Job* job : {&scoring_, &comparing_, &finding_, &reading_})
        job->cancel();
}

}  // namespace headscope::ui
