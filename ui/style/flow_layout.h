#pragma once

#include <QLayout>
#include <vector>

class QLabel;

namespace headscope::ui {

/// Puts widgets side by side and starts another line where the width does not do, as words in a
/// paragraph; from right to left in such languages.
class FlowLayout : public QLayout {
    Q_OBJECT

  public:
    explicit FlowLayout(QWidget* parent = nullptr);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override;
    /// Puts a label and what it names on one line, in a widget of their own, and makes it the
    /// label's buddy.
    void add_labelled(QLabel* label, QWidget* field);
    [[nodiscard]] int count() const override;
    [[nodiscard]] QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override { return {}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize minimumSize() const override;
    [[nodiscard]] QSize sizeHint() const override;
    void setGeometry(const QRect& rect) override;

  private:
    struct Line {
        std::vector<QLayoutItem*> items;
        int height = 0;
    };

    [[nodiscard]] std::vector<Line> lines(int width) const;

    std::vector<QLayoutItem*> items_;
};

}  // namespace headscope::ui
