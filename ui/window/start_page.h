#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QListWidget;
class QPushButton;

namespace headscope::ui {

/// What the window shows while nothing is open: what the program does, and ways to begin.
class StartPage : public QWidget {
    Q_OBJECT

  public:
    explicit StartPage(QWidget* parent = nullptr);

    /// Models and results files that were open before, the latest first. Those that are no longer
    /// there are shown faint; that is found out in the background, since a path may lie on a
    /// network that does not answer.
    void set_recent(const QStringList& paths);

  Q_SIGNALS:
    void open_model_requested();
    void open_results_requested();
    void open_demo_requested();
    void open_path_requested(const QString& path);
    /// The user wants it off the list.
    void forget_requested(const QString& path);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void make_text();
    void make_buttons();
    void make_recent();
    void make_layout();
    void apply_fonts();
    void set_texts();
    void mark_missing(const QStringList& missing);
    void show_recent_menu(const QPoint& at);

    QLabel* name_ = nullptr;
    QLabel* purpose_ = nullptr;
    QPushButton* open_demo_ = nullptr;
    QPushButton* open_model_ = nullptr;
    QPushButton* open_results_ = nullptr;
    QLabel* recent_label_ = nullptr;
    QListWidget* recent_ = nullptr;
    QLabel* real_model_ = nullptr;
    QLabel* drop_hint_ = nullptr;
};

}  // namespace headscope::ui
