#include "ui/search/threshold_search.h"

#include <utility>

namespace headscope::ui {
namespace {

using Entry = SearchPath::value_type;

struct Found {
    SearchResult search;
    SearchPath path;  ///< of a search that was finished before
};

}  // namespace

ThresholdSearch::ThresholdSearch(Session& session, Search search, QObject* parent)
    : QObject(parent),
      session_(session),
      search_(std::move(search)),
      job_(QStringLiteral("search")) {
    connect(&session_, &Session::model_changed, this, &ThresholdSearch::take_model);
    connect(&job_, &Job::progressed, this, &ThresholdSearch::progressed);
    connect(&job_, &Job::partial, this, [this](const Job::Value& value) {
        path_.push_back(*std::static_pointer_cast<const Entry>(value));
        Q_EMIT path_grew();
    });
    connect(&job_, &Job::cancelled, this, &ThresholdSearch::changed);
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        const auto found = std::static_pointer_cast<const Found>(value);
        result_ = std::shared_ptr<const SearchResult>(found, &found->search);
        if (!found->search.findings) path_ = found->path;
        Q_EMIT changed();
    });
    connect(&job_, &Job::failed, this, [this](const JobError& error) {
        Q_EMIT changed();
        Q_EMIT failed(error);
    });
}

void ThresholdSearch::start(const SearchParams& params) {
    searched_ = session_.model();
    choices_ = session_.choices();
    params_ = params;
    path_.clear();
    result_.reset();
    job_.start([search = search_, params](const Job::Reporter& reporter,
                                          const std::stop_token& stop) -> Job::Value {
        SearchObserver observer;
        observer.progress = reporter.progress;
        observer.step = [&](const SearchStep& step) {
            reporter.partial(std::make_shared<const Entry>(step));
        };
        observer.check = [&](const SearchCheck& check) {
            reporter.partial(std::make_shared<const Entry>(check));
        };
        Found found{search(params, observer, stop), {}};
        if (!found.search.findings) found.path = read_search_path(found.search.file);
        return std::make_shared<const Found>(std::move(found));
    });
    Q_EMIT changed();
}

void ThresholdSearch::cancel() {
    job_.cancel();
}

std::optional<Choices> ThresholdSearch::found_choices() const {
    if (result_ == nullptr || !result_->result.plan.layer_thresholds) return std::nullopt;
    const LayerThresholds& thresholds = *result_->result.plan.layer_thresholds;
    if (thresholds.empty()) return std::nullopt;
    Choices choices = choices_;
    choices.select_by = SelectBy::per_layer;
    choices.layer_thresholds = thresholds;
    return choices;
}

void ThresholdSearch::use() {
    if (const auto choices = found_choices()) session_.choose(*choices, tr("Use found thresholds"));
}

/// The same model by another measure keeps them: they bring the measure that they are of.
void ThresholdSearch::take_model() {
    const auto& model = session_.model();
    if (searched_ == nullptr || same_checkpoint(model.get(), searched_.get())) return;
    job_.abandon();
    searched_.reset();
    path_.clear();
    result_.reset();
    Q_EMIT changed();
}

}  // namespace headscope::ui
