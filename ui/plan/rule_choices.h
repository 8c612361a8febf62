#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace headscope::ui {

/// What heads are compared by, how pairs become groups, what happens to keys and values, and how
/// the mean of a group is taken. Each change can be undone.
class RuleChoices : public QWidget {
    Q_OBJECT

  public:
    explicit RuleChoices(Session& session, QWidget* parent = nullptr);

  private:
    void set_texts();
    void follow_choices();
    void choose_grouping(int index);
    void choose_kv_policy(int index);
    void choose_alignment(int index);
    void choose_weights(int index);
    void choose_rescale(bool rescale);
    void choose_representative(int index);
    void choose_refit(int index);
    void choose_target(int index);
    void choose_refit_layers(int index);
    void choose_distillation(int steps);
    void follow_heads();

    Session& session_;
    QFormLayout* form_;
    QComboBox* grouping_;
    QComboBox* kv_policy_;
    QComboBox* align_;
    QComboBox* weights_;
    QCheckBox* rescale_;
    QComboBox* representative_;
    QComboBox* refit_;
    QComboBox* target_;
    QComboBox* refit_layers_;
    QSpinBox* distillation_;  ///< steps of training
    QWidget* by_hand_;
    QLabel* heads_;  ///< what was merged, removed, excluded by hand
    QPushButton* forget_;
};

}  // namespace headscope::ui
