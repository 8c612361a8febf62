#include "ui/heads/head_store.h"

#include <algorithm>
#include <utility>

#include "core/base/locations.h"

namespace headscope::ui {
namespace {

constexpr std::int64_t kScoreLength = 512;
constexpr int kScoreSequences = 8;
constexpr std::int64_t kMostBytes = std::int64_t{512} << 20;  ///< of the attention of a text

std::shared_ptr<const HeadStore::Scores> compute_scores(const OpenedModel& model,
                                                        const CalibrationOptions& calibration,
                                                        const HeadStore::Settings& settings,
                                                        const Job::Reporter& reporter,
                                                        const std::stop_token& stop) {
    reporter.progress({"tokenizing", 0, 0, ""});
    const CalibrationText text =
        prepare_calibration(model.checkpoint, calibration, settings.corpus, cache_dir(), stop);
    const auto sequences = sequences_of(*text.windows, kScoreLength, kScoreSequences);
    const Model loaded = settings.load(model.checkpoint, reporter.progress, stop);
    return std::make_shared<const HeadStore::Scores>(
        score_heads(loaded, sequences, reporter.progress, stop));
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

std::shared_ptr<const ReadText> compute_attention(const OpenedModel& model, const QString& text,
                                                  int layer, const HeadStore::Settings& settings,
                                                  const Job::Reporter& reporter,
                                                  const std::stop_token& stop) {
    reporter.progress({"tokenizing", 0, 0, ""});
    const std::int64_t most = std::min(HeadStore::kMostTokens, model.config().longest_window());
    ReadText read{text, tokenize_words(model.checkpoint, text.toStdString(), most), {}};
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

HeadStore::HeadStore(Session& session, std::function<Settings()> how, QObject* parent)
    : QObject(parent),
      session_(session),
      how_(std::move(how)),
      scoring_(QStringLiteral("head scores")),
      reading_(QStringLiteral("attention")) {
    connect(&session_, &Session::model_changed, this, &HeadStore::take_model);
    connect_job(scoring_);
    connect_job(reading_);
    connect(&scoring_, &Job::finished, this, [this](const Job::Value& value) {
        scores_ = std::static_pointer_cast<const Scores>(value);
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
    scoring_.abandon();
    reading_.abandon();
    scores_.reset();
    read_.reset();
    Q_EMIT changed();
}

void HeadStore::want_scores() {
    if (model_ == nullptr || scores_ != nullptr || scoring_.running()) return;
    scoring_.start(
        [model = model_, calibration = session_.choices().calibration, settings = how_()](
            const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
            return compute_scores(*model, calibration, settings, reporter, stop);
        });
    Q_EMIT changed();
}

void HeadStore::read_text(const QString& text, int layer) {
    if (model_ == nullptr) return;
    reading_.start([model = model_, text, layer, settings = how_()](
                       const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        return compute_attention(*model, text, layer, settings, reporter, stop);
    });
    Q_EMIT changed();
}

void HeadStore::cancel() {
    scoring_.cancel();
    reading_.cancel();
}

}  // namespace headscope::ui
