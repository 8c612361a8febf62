#include "ui/session/session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ui/session/choose_command.h"

namespace headscope::ui {

Session::Session(QObject* parent) : QObject(parent) {}

Session::~Session() {
    // The stack outlives no listener of its own signals.
    undo_stack_.disconnect();
}

void Session::set_model(std::shared_ptr<const OpenedModel> model) {
    if (!same_checkpoint(model_.get(), model.get())) choices_ = without_named_heads(choices_);
    model_ = std::move(model);
    undo_stack_.clear();
    pinned_.reset();
    selected_.clear();
    const int layers = model_ ? model_->layers() : 0;
    focused_layer_ = std::clamp(focused_layer_, 0, std::max(0, layers - 1));
    follow_model();
    Q_EMIT focus_changed(focused_layer_);
    Q_EMIT pin_changed();
    Q_EMIT selection_changed();
}

void Session::set_measured(std::shared_ptr<const OpenedModel> model) {
    model_ = std::move(model);
    follow_model();
}

void Session::follow_model() {
    rank();
    update_similarities();
    update_threshold();
    update_plan();
    Q_EMIT model_changed();
    Q_EMIT similarities_changed();
    Q_EMIT plan_changed();
}

void Session::choose(const Choices& choices, const QString& what) {
    if (choices == choices_) return;
    undo_stack_.push(new ChooseCommand(*this, choices, what));
}

void Session::choose_threshold(double threshold) {
    Choices choices = choices_;
    choices.select_by = SelectBy::threshold;
    choices.threshold = std::clamp(threshold, -1.0, 1.0);
    choose(choices, tr("Change threshold"));
}

void Session::choose_layers(const std::set<int>& excluded) {
    Choices choices = choices_;
    choices.excluded_layers = excluded;
    choose(choices, tr("Choose layers"));
}

void Session::exclude_heads(const std::set<HeadRef>& heads) {
    Choices choices = choices_;
    choices.excluded_heads = heads;
    choose(choices, tr("Exclude heads"));
}

void Session::remove_heads(const std::set<HeadRef>& heads) {
    Choices choices = choices_;
    choices.removed_heads = heads;
    choose(choices, tr("Remove heads"));
}

void Session::merge_heads(const GroupsByLayer& groups) {
    Choices choices = choices_;
    choices.merged_groups = groups;
    choose(choices, tr("Merge heads"));
}

MergeRule Session::rule() const {
    return choices_in_effect().rule_at(threshold());
}

std::optional<double> Session::threshold_of(int layer) const {
    if (!per_layer()) return threshold();
    const auto found = choices_.layer_thresholds.find(layer);
    return found == choices_.layer_thresholds.end() ? std::nullopt : std::optional(found->second);
}

bool Session::lacks_figures() const {
    return model_ != nullptr && !serve(model_->figures.get(), choices_);
}

bool Session::stale() const {
    if (!model_) return false;
    const Measuring& shown = model_->measuring;
    return shown.measure != choices_.measure ||
           (kind_of(choices_.measure) == MeasureKind::behaviour &&
            shown.calibration != choices_.calibration);
}

Choices Session::choices_in_effect() const {
    return lacks_figures() ? without_calibration(choices_) : choices_;
}

bool Session::included(int layer) const {
    return !choices_.excluded_layers.contains(layer);
}

int Session::included_count() const {
    if (!model_) return 0;
    const auto& excluded = choices_.excluded_layers;
    const auto end = excluded.lower_bound(model_->layers());
    return model_->layers() - static_cast<int>(std::distance(excluded.lower_bound(0), end));
}

const LayerPlan& Session::layer_plan(int layer) const {
    return layer_plans_.at(static_cast<std::size_t>(layer));
}

const PlanSummary& Session::layer_summary(int layer) const {
    return layer_summaries_.at(static_cast<std::size_t>(layer));
}

MergePlan Session::plan() const {
    MergePlan plan{rule(), {}, thresholds_.of_layers()};
    for (const LayerPlan& layer : layer_plans_) {
        if (included(layer.layer)) plan.layers.push_back(layer);
    }
    return plan;
}

std::optional<double> Session::highest_similarity() const {
    if (similarities_.empty()) return std::nullopt;
    return similarities_.front();
}

void Session::focus_layer(int layer) {
    if (!model_ || layer < 0 || layer >= model_->layers() || layer == focused_layer_) return;
    focused_layer_ = layer;
    pin(std::nullopt);
    Q_EMIT focus_changed(layer);
}

void Session::pin(const std::optional<HeadsOfInterest>& heads) {
    if (heads == pinned_) return;
    pinned_ = heads;
    if (heads) {
        std::set<HeadRef> pair = {{focused_layer_, heads->first}, {focused_layer_, heads->second}};
        if (pair != selected_) {
            selected_ = std::move(pair);
            Q_EMIT selection_changed();
        }
    }
    Q_EMIT pin_changed();
}

void Session::select(std::set<HeadRef> heads, HeadRef last) {
    if (!model_) return;
    focus_layer(last.layer);
    if (heads != selected_) {
        selected_ = std::move(heads);
        Q_EMIT selection_changed();
    }
    std::optional<HeadsOfInterest> pair;
    if (selected_.size() == 2 && selected_.begin()->layer == selected_.rbegin()->layer)
        pair = HeadsOfInterest{selected_.begin()->head, selected_.rbegin()->head};
    if (pair && pair->first != pair->second) {
        focus_layer(selected_.begin()->layer);
        pin(pair);
    } else {
        pin(std::nullopt);
    }
}

void Session::apply(const Choices& choices) {
    const bool policy = choices.kv_policy != choices_.kv_policy ||
                        choices.excluded_heads != choices_.excluded_heads;
    const bool manner =
        choices.grouping != choices_.grouping || choices.align != choices_.align ||
        choices.weights != choices_.weights || choices.rescale != choices_.rescale ||
        choices.representative != choices_.representative ||
        choices.merged_groups != choices_.merged_groups ||
        choices.removed_heads != choices_.removed_heads || choices.refit != choices_.refit ||
        choices.calibration != choices_.calibration;
    const bool layers = choices.excluded_layers != choices_.excluded_layers;
    choices_ = model_ ? with_heads_of(choices, model_->config()) : choices;
    if (!model_) {
        update_threshold();
        Q_EMIT plan_changed();
        return;
    }
    if (policy) rank();
    if (policy || manner || layers) layer_plans_.clear();  // made anew, whatever their pairs
    if (policy || layers) update_similarities();
    update_threshold();
    update_plan();
    if (policy || layers) Q_EMIT similarities_changed();
    Q_EMIT plan_changed();
}

void Session::rank() {
    auto allowed = std::make_shared<std::vector<RankedPairs>>();
    layer_plans_.clear();
    if (model_) {
        for (const RankedPairs& ranked : model_->ranked) {
            const HeadCounts heads = model_->config().heads_of(ranked.layer());
            RankedPairs pairs =
                ranked.allowed_by(choices_.kv_policy, static_cast<int>(heads.heads_per_kv_head()));
            const int layer = ranked.layer();
            allowed->push_back(pairs.without([this, layer](int head) {
                return choices_.excluded_heads.contains({layer, head});
            }));
        }
    }
    allowed_ = std::move(allowed);
}

void Session::update_similarities() {
    std::vector<const RankedPairs*> layers;
    for (const RankedPairs& ranked : *allowed_) {
        if (included(ranked.layer())) layers.push_back(&ranked);
    }
    similarities_ = falling_similarities(layers);
}

void Session::update_threshold() {
    if (per_layer()) {
        LayerThresholds included_ones = choices_.layer_thresholds;
        std::erase_if(included_ones, [this](const auto& of_layer) {
            const int layer = of_layer.first;
            return !included(layer) || (model_ && layer >= model_->layers());
        });
        thresholds_ = Thresholds(std::move(included_ones));
        return;
    }
    thresholds_ = choices_.threshold;
    if (similarities_.empty()) return;
    if (choices_.select_by == SelectBy::percentile) {
        thresholds_ = shortest_threshold(
            similarities_, threshold_of_percentile(similarities_, choices_.percentile));
    } else if (choices_.select_by == SelectBy::closest) {
        thresholds_ = shortest_threshold(
            similarities_,
            threshold_of_closest(similarities_, static_cast<std::size_t>(choices_.closest)));
    }
}

void Session::update_plan() {
    summary_ = {};
    if (!model_) {
        layer_plans_.clear();
        layer_summaries_.clear();
        return;
    }
    // While the slider moves, most layers keep their pairs and with them their plan.
    const std::vector<RankedPairs>& allowed = *allowed_;
    const bool anew = layer_plans_.size() != allowed.size();
    const MergeRule rule = this->rule();
    const PlanMaker maker = plan_maker();
    selected_pairs_.resize(allowed.size());
    layer_plans_.resize(allowed.size());
    layer_summaries_.resize(allowed.size());
    for (std::size_t i = 0; i < allowed.size(); ++i) {
        const auto pairs = allowed[i].at_least(
            threshold_of(allowed[i].layer()).value_or(std::numeric_limits<double>::infinity()));
        if (anew || pairs.size() != selected_pairs_[i]) {
            selected_pairs_[i] = pairs.size();
            layer_plans_[i] = maker.layer_plan(allowed[i].layer(), pairs, rule);
            layer_summaries_[i] = summarize(layer_plans_[i], model_->config());
        }
        if (included(allowed[i].layer())) summary_ += layer_summaries_[i];
    }
}

}  // namespace headscope::ui
