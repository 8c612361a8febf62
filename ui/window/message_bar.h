#pragma once

#include <QFrame>

class QLabel;
class QPushButton;
class QToolButton;

namespace headscope::ui {

/// One message across the top of the window that does not stop the work. Hidden while there is
/// none; a new message takes the place of the last.
class MessageBar : public QFrame {
    Q_OBJECT

  public:
    explicit MessageBar(QWidget* parent = nullptr);

    /// `details` is what "Copy details" puts in the clipboard; the button is hidden where it is
    /// empty.
    void show_error(const QString& sentence, const QString& details);
    void show_information(const QString& sentence);

  protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    enum class Kind { error, information };

    void show_message(Kind kind, const QString& sentence, const QString& details);
    void update_icons();
    void set_texts();

    Kind kind_ = Kind::information;
    QString details_;
    QLabel* icon_ = nullptr;
    QLabel* text_ = nullptr;
    QPushButton* copy_ = nullptr;
    QToolButton* close_ = nullptr;
};

}  // namespace headscope::ui
