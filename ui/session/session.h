#pragma once

#include <QObject>
#include <QUndoStack>
#include <memory>
#include <optional>
#include <vector>

#include "ui/session/choices.h"
#include "ui/session/opened_model.h"
#include "ui/session/plan_maker.h"
#include "ui/session/thresholds.h"

namespace headscope::ui {

/// Two heads of the focused layer that the user looks at, first < second.
struct HeadsOfInterest {
    int first = 0;
    int second = 0;

    bool operator==(const HeadsOfInterest&) const = default;
};

/// What the window shows: the opened model, the user's choices, and the merge plan that follows
/// from them. Every widget reads it and listens to it; none knows another. Lives on the GUI thread.
class Session : public QObject {
    Q_OBJECT

  public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    // --- the model
    /// Null while no model is open.
    [[nodiscard]] const std::shared_ptr<const OpenedModel>& model() const { return model_; }
    /// Keeps the choices; excluded layers that the new model does not have wait for one that has.
    /// Forgets undo steps.
    void set_model(std::shared_ptr<const OpenedModel> model);
    /// The same checkpoint with its heads compared anew: undo steps, focus and pin stay.
    void set_measured(std::shared_ptr<const OpenedModel> model);

    // --- choices; each change is one undo step, changes of one kind in quick succession are one
    [[nodiscard]] const Choices& choices() const { return choices_; }
    /// `what` names the step in the Edit menu, already translated ("Change threshold").
    void choose(const Choices& choices, const QString& what);
    /// Shorthands for the most frequent changes.
    void choose_threshold(double threshold);
    void choose_layers(const std::set<int>& excluded);
    void exclude_heads(const std::set<HeadRef>& heads);
    void remove_heads(const std::set<HeadRef>& heads);
    void merge_heads(const GroupsByLayer& groups);
    [[nodiscard]] QUndoStack* undo_stack() { return &undo_stack_; }

    // --- what follows from them; only valid while a model is open
    /// What is in effect, whichever way it was chosen; of the included layers.
    [[nodiscard]] const Thresholds& thresholds() const { return thresholds_; }
    /// The threshold in effect; the lowest, where each layer has its own.
    [[nodiscard]] double threshold() const { return thresholds_.lowest(); }
    [[nodiscard]] bool per_layer() const { return choices_.select_by == SelectBy::per_layer; }
    /// That of a layer, included or not; nothing where it merges nothing.
    [[nodiscard]] std::optional<double> threshold_of(int layer) const;
    [[nodiscard]] MergeRule rule() const;
    /// Whether the choices ask for figures of a calibration text that the model does not have yet.
    /// Until it has, plans are made with plain means in their place.
    [[nodiscard]] bool lacks_figures() const;
    /// Whether the choices ask for similarities that are not computed yet: those of `model()` are
    /// of another measure or text then.
    [[nodiscard]] bool stale() const;
    [[nodiscard]] bool included(int layer) const;
    [[nodiscard]] int included_count() const;
    /// Of every layer, included or not.
    [[nodiscard]] const LayerPlan& layer_plan(int layer) const;
    [[nodiscard]] const PlanSummary& layer_summary(int layer) const;
    /// Over the included layers.
    [[nodiscard]] const PlanSummary& summary() const { return summary_; }
    /// The plan of the included layers, to be evaluated.
    [[nodiscard]] MergePlan plan() const;
    /// Makes plans with the present choices, here or on another thread.
    [[nodiscard]] PlanMaker plan_maker() const { return {model_, allowed_, choices_in_effect()}; }
    /// The similarities of all pairs that could be selected (included layers, allowed by the KV
    /// policy), falling.
    [[nodiscard]] const std::vector<double>& similarities() const { return similarities_; }
    /// The first of them; nothing where there are none.
    [[nodiscard]] std::optional<double> highest_similarity() const;

    // --- what is looked at
    [[nodiscard]] int focused_layer() const { return focused_layer_; }
    void focus_layer(int layer);
    [[nodiscard]] const std::optional<HeadsOfInterest>& pinned() const { return pinned_; }
    void pin(const std::optional<HeadsOfInterest>& heads);
    /// The heads that all views mark; of any layers. Two of one layer are its pinned pair as well.
    [[nodiscard]] const std::set<HeadRef>& selected() const { return selected_; }
    /// Focuses the layer of `last`, the head that was chosen last.
    void select(std::set<HeadRef> heads, HeadRef last);

  Q_SIGNALS:
    /// Another model, or none, or other similarities of the same. Comes before the other signals
    /// that follow from it.
    void model_changed();
    /// The set of similarities() changed: another model, other layers, another KV policy.
    void similarities_changed();
    /// The choices, the threshold in effect, or the plan changed.
    void plan_changed();
    void focus_changed(int layer);
    void pin_changed();
    void selection_changed();

  private:
    friend class ChooseCommand;

    [[nodiscard]] Choices choices_in_effect() const;
    void apply(const Choices& choices);
    void rank();
    void follow_model();
    void update_similarities();
    void update_threshold();
    void update_plan();

    std::shared_ptr<const OpenedModel> model_;
    Choices choices_;
    QUndoStack undo_stack_;
    /// [layers]: the pairs that the KV policy allows.
    std::shared_ptr<const std::vector<RankedPairs>> allowed_;
    std::vector<double> similarities_;
    Thresholds thresholds_ = 0.98;
    std::vector<std::size_t> selected_pairs_;  ///< [layers] that the threshold selects
    std::vector<LayerPlan> layer_plans_;
    std::vector<PlanSummary> layer_summaries_;
    PlanSummary summary_;
    int focused_layer_ = 0;
    std::optional<HeadsOfInterest> pinned_;
    std::set<HeadRef> selected_;
};

}  // namespace headscope::ui
