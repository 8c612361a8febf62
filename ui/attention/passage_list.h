#pragma once

#include <QWidget>
#include <optional>

#include "core/heads/passages.h"
#include "ui/session/choices.h"

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace headscope::ui {

class HeadStore;

/// The passages of the calibration text that activate one head most, each a line with the token
/// where the head acts most. Asks the store for them when it is told to.
class PassageList : public QWidget {
    Q_OBJECT

  public:
    explicit PassageList(HeadStore& heads, QWidget* parent = nullptr);

    void show_head(HeadRef head);
    /// Follows the store.
    void refresh();
    [[nodiscard]] QTreeWidget& list() { return *list_; }
    [[nodiscard]] QPushButton& find_button() { return *find_; }
    /// A line for each passage: activation, sequence, tokens, peak, text. C locale.
    [[nodiscard]] QString copy_text() const;

  Q_SIGNALS:
    /// By a click or Enter.
    void passage_chosen(const headscope::HeadPassage& passage);

  private:
    void fill();
    void choose(QTreeWidgetItem* item);
    [[nodiscard]] QString note() const;

    HeadStore& heads_;
    HeadRef head_;
    QPushButton* find_;
    QLabel* note_;
    QTreeWidget* list_;
    const void* shown_ = nullptr;  ///< of the head
};

}  // namespace headscope::ui
