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
    /// Puts a widget before the others, out of the layout that it was in.
    void insert_first(QWidget* widget);
    /// Where they need more than one line, items may be as narrow as their minimum, so that there
    /// are fewer lines.
    void set_shrinking(bool shrinking) { shrinking_ = shrinking; }
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
        std::vector<int> widths;  ///< of the items
        int height = 0;
    };

    [[nodiscard]] std::vector<Line> lines(int width) const;
    [[nodiscard]] std::vector<Line> lines(int width, bool narrow) const;
    void widen(Line& line, int width) const;

    std::vector<QLayoutItem*> items_;
    bool shrinking_ = false;
};

}  // namespace headscope::ui
