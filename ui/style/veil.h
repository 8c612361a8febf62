#pragma once

#include <QWidget>

namespace headscope::ui {

/// Dims a widget and says why, as long as what it shows is out of date. Lets the mouse through.
class Veil : public QWidget {
    Q_OBJECT

  public:
    explicit Veil(QWidget& covered);

    /// Nothing is dimmed where `text` is empty.
    void show_text(const QString& text);
    [[nodiscard]] const QString& text() const { return text_; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    QString text_;
};

}  // namespace headscope::ui
