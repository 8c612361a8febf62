#pragma once

#include <QAbstractScrollArea>
#include <QStringList>
#include <functional>
#include <utility>
#include <vector>

namespace headscope::ui {

/// A text token by token, shaded by how much the chosen token attends to each: by one head over the
/// whole token, or by two in its upper and its lower half. The pointer chooses a token, a click
/// keeps it; Left and Right walk.
class TokenView : public QAbstractScrollArea {
    Q_OBJECT

  public:
    explicit TokenView(QWidget* parent = nullptr);

    void set_tokens(const QStringList& tokens);
    /// Shares in [0, 1] for tokens 0 to the chosen one; `second` may be empty.
    void set_shares(std::vector<float> first, std::vector<float> second);
    /// Signed shades in [-1, 1] of all tokens, in place of shares: what is above 0 in one colour,
    /// what is below in another.
    void set_shades(std::vector<float> shades);
    /// What the tool tip of a token says, in place of its shares.
    void set_tip(std::function<QString(int token)> tip) { tip_ = std::move(tip); }
    /// Scrolls to a token.
    void show_token(int token);
    /// Chooses a token as a click does, and scrolls to it.
    void keep(int token);
    /// -1 while there are no tokens.
    [[nodiscard]] int chosen() const { return chosen_; }
    void choose(int token);

    [[nodiscard]] QSize sizeHint() const override;

  Q_SIGNALS:
    void token_chosen(int token);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

  private:
    void lay_out();
    [[nodiscard]] int token_at(QPoint position) const;
    void paint_shades(QPainter& painter, std::size_t token, const QRect& place) const;

    QStringList tokens_;
    std::vector<QRect> places_;  ///< [tokens], from the top of the text
    std::vector<float> first_;
    std::vector<float> second_;
    std::vector<float> shades_;
    std::function<QString(int)> tip_;
    int chosen_ = -1;
    bool kept_ = false;  ///< by a click: the pointer does not choose another
};

}  // namespace headscope::ui
