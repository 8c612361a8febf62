#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QCheckBox;
class QComboBox;
class QFormLayout;

namespace headscope::ui {

class MeasureChoice;

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

    Session& session_;
    QFormLayout* form_;
    QComboBox* grouping_;
    QComboBox* kv_policy_;
    QComboBox* align_;
    QComboBox* weights_;
    QCheckBox* rescale_;
    MeasureChoice* measure_;
};

}  // namespace headscope::ui
