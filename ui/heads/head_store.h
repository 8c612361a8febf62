#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/heads/head_scores.h"
#include "core/heads/passages.h"
#include "core/heads/text_attention.h"
#include "core/heads/text_reading.h"
#include "core/measures/calibration.h"
#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// A text that was read, with the attention of some layers over it. Never changes.
struct ReadText {
    QString text;
    TokenizedWords words;
    std::vector<LayerAttention> layers;  ///< ascending
    int token = -1;                      ///< to look at first; -1: any

    /// Null where the layer was not kept.
    [[nodiscard]] const LayerAttention* layer(int index) const;
};

/// The passages of the calibration text that activate each head most. Never changes.
struct FoundPassages {
    std::vector<TokenizedWords> sequences;
    std::vector<std::vector<HeadActivity>> heads;  ///< [layer][head]

    /// Null where there is no such head.
    [[nodiscard]] const HeadActivity* of(HeadRef head) const;
    /// The text of some tokens of a sequence.
    [[nodiscard]] QString text(std::int64_t sequence, std::int64_t first, std::int64_t count) const;
};

/// What the heads of the session's model do over texts: scores of all heads, the passages that
/// activate them, and the attention over one text. Computed in the background when first wanted,
/// and kept while the model is open.
class HeadStore : public QObject {
    Q_OBJECT

  public:
    /// Gives the loaded model; called on a thread of the store.
    using Load = std::function<Model(const Checkpoint& checkpoint, const ProgressFn& progress,
                                     const std::stop_token& stop)>;
    struct Settings {
        Load load;
        std::filesystem::path corpus;  ///< that results are judged on
    };

    /// `how` gives the settings of the moment, on the thread of the window.
    HeadStore(Session& session, std::function<Settings()> how, QObject* parent = nullptr);

    using Scores = std::vector<LayerHeadScores>;
    /// Of all layers; null while they are not computed.
    [[nodiscard]] const std::shared_ptr<const Scores>& scores() const { return scores_; }
    [[nodiscard]] bool scoring() const { return scoring_.running(); }
    /// Computes them, unless they are there or on their way.
    void want_scores();

    using Redundancy = std::vector<std::vector<double>>;
    /// The share of what each head writes that a refit of the other heads of its layer can write
    /// instead, over the calibration text: [layer][head]. Null while it is not computed.
    [[nodiscard]] const std::shared_ptr<const Redundancy>& redundancy() const {
        return redundancy_;
    }
    [[nodiscard]] bool finding_redundancy() const { return comparing_.running(); }
    void want_redundancy();

    /// The text that was read last; null while none was.
    [[nodiscard]] const std::shared_ptr<const ReadText>& read() const { return read_; }
    [[nodiscard]] bool reading() const { return reading_.running(); }
    /// Reads a text; `layer` is looked at first, where not all layers' attention can be kept.
    void read_text(const QString& text, int layer);
    /// Reads a passage with what stands before it in its sequence, as the model read it before.
    void read_passage(const HeadPassage& passage, int layer);

    /// Of all heads; null while they are not found.
    [[nodiscard]] const std::shared_ptr<const FoundPassages>& passages() const { return passages_; }
    [[nodiscard]] bool finding_passages() const { return finding_.running(); }
    void want_passages();

    [[nodiscard]] bool busy() const {
        return scoring() || finding_redundancy() || finding_passages() || reading();
    }
    void cancel();

    static constexpr std::int64_t kMostTokens = 4096;

  Q_SIGNALS:
    /// Something came or went, or began or ended.
    void changed();
    void progressed(const headscope::Progress& progress);
    void failed(const headscope::ui::JobError& error);

  private:
    void take_model();
    /// Reads text that may have its tokens already.
    void read_words(ReadText read, int layer);
    void connect_job(Job& job);
    /// Starts one that computes something of all heads over the calibration text.
    template <typename Compute>
    void start_over_calibration(Job& job, Compute compute);

    Session& session_;
    std::function<Settings()> how_;
    std::shared_ptr<const OpenedModel> model_;
    std::shared_ptr<const Scores> scores_;
    std::shared_ptr<const Redundancy> redundancy_;
    std::shared_ptr<const FoundPassages> passages_;
    std::shared_ptr<const ReadText> read_;
    Job scoring_;
    Job comparing_;
    Job finding_;
    Job reading_;
};

}  // namespace headscope::ui
