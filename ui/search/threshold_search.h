#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>

#include "core/search/search.h"
#include "core/search/search_path.h"
#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// A search for thresholds of layers that keep a budget, in the background: its path and what it
/// found, of the session's model. One at a time.
class ThresholdSearch : public QObject {
    Q_OBJECT

  public:
    using Search = std::function<SearchResult(
        const SearchParams& params, const SearchObserver& observer, const std::stop_token& stop)>;

    /// `search` runs on a thread of this; tests give their own.
    explicit ThresholdSearch(Session& session, Search search = run_search,
                             QObject* parent = nullptr);

    [[nodiscard]] bool running() const { return job_.running(); }
    /// As far as the last search went, also where it was cancelled.
    [[nodiscard]] const SearchPath& path() const { return path_; }
    /// What was asked of it.
    [[nodiscard]] const SearchParams& params() const { return params_; }
    /// Null where it did not end, or none was started with this model.
    [[nodiscard]] const std::shared_ptr<const SearchResult>& result() const { return result_; }

    /// Searches with the session's choices, which `params` tells core, instead of what is searched
    /// now. Needs an open model. What was found of the same search before is not searched again.
    void start(const SearchParams& params);
    void cancel();

    /// The choices that the search was made with, and in them the thresholds that it found; nothing
    /// where it found none.
    [[nodiscard]] std::optional<Choices> found_choices() const;
    /// Makes them the session's: one undo step. Does nothing where there are none.
    void use();

  Q_SIGNALS:
    /// A search began, ended or was forgotten.
    void changed();
    /// One step or check came to the path.
    void path_grew();
    void progressed(const headscope::Progress& progress);
    void failed(const headscope::ui::JobError& error);

  private:
    void take_model();

    Session& session_;
    Search search_;
    std::shared_ptr<const OpenedModel> searched_;  ///< what all below is of
    Choices choices_;                              ///< when it was started
    SearchParams params_;
    SearchPath path_;
    std::shared_ptr<const SearchResult> result_;
    Job job_;
};

}  // namespace headscope::ui
