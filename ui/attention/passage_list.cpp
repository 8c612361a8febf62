#include "ui/attention/passage_list.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/heads/head_store.h"

namespace headscope::ui {
namespace {

enum Column { activation_column, ratio_column, passage_column };

// Parts of a passage, of its item.
constexpr int kBefore = Qt::UserRole;
constexpr int kPeak = Qt::UserRole + 1;
constexpr int kAfter = Qt::UserRole + 2;

/// One line of a text: line breaks and runs of spaces are single spaces.
QString one_line(QString text) {
    for (QChar& letter : text) {
        if (letter.isSpace()) letter = QLatin1Char(' ');
    }
    while (text.contains(QStringLiteral("  ")))
        text.replace(QStringLiteral("  "), QStringLiteral(" "));
    return text;
}

/// A passage on one line, with its peak in bold, and always in sight.
class PassageDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem item = option;
        initStyleOption(&item, index);
        item.text.clear();
        const QStyle* style = item.widget != nullptr ? item.widget->style() : QApplication::style();
        style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
        const bool selected = item.state.testFlag(QStyle::State_Selected);
        QFont bold = item.font;
        bold.setBold(true);
        const QFontMetrics bold_metrics(bold);
        const int margin = item.fontMetrics.averageCharWidth() / 2;
        QRect place = item.rect.adjusted(margin, 0, -margin, 0);
        QString peak = index.data(kPeak).toString();
        const int peak_width = bold_metrics.horizontalAdvance(peak);
        const QString before = item.fontMetrics.elidedText(
            index.data(kBefore).toString(), Qt::ElideLeft, (place.width() - peak_width) / 2);
        painter->save();
        painter->setPen(item.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
        const auto draw = [&](const QString& text, const QFont& font, int width) {
            painter->setFont(font);
            painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter, text);
            place.setLeft(place.left() + width);
        };
        draw(before, item.font, item.fontMetrics.horizontalAdvance(before));
        draw(peak, bold, peak_width);
        draw(item.fontMetrics.elidedText(index.data(kAfter).toString(), Qt::ElideRight,
                                         std::max(0, place.width())),
             item.font, 0);
        painter->restore();
    }
};

QString shown(double value) {
    return QLocale().toString(value, 'g', 3);
}

}  // namespace

PassageList::PassageList(HeadStore& heads, QWidget* parent)
    : QWidget(parent),
      heads_(heads),
      find_(new QPushButton(tr("Find passages"))),
      note_(new QLabel),
      list_(new QTreeWidget) {
    find_->setObjectName(QStringLiteral("find_passages"));
    note_->setWordWrap(true);
    list_->setHeaderLabels({tr("Activation"), tr("\u00d7 mean"), tr("Passage")});
    list_->headerItem()->setToolTip(
        activation_column,
        tr("The norm of what the head writes, over the norm of the residual stream that it writes "
           "to, at the token in bold"));
    list_->headerItem()->setToolTip(ratio_column,
                                    tr("The same over the head's mean over the whole text"));
    list_->setRootIsDecorated(false);
    list_->setUniformRowHeights(true);
    list_->setAlternatingRowColors(true);
    list_->setAllColumnsShowFocus(true);
    list_->setItemDelegateForColumn(passage_column, new PassageDelegate(list_));
    list_->header()->setStretchLastSection(true);
    list_->setAccessibleName(tr("Passages that activate the head most"));
    list_->setMinimumHeight(4 * fontMetrics().height());
    auto* copy = new QAction(tr("&Copy table"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(copy_text()); });
    list_->addAction(copy);
    list_->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* row = new QHBoxLayout;
    row->addWidget(note_, 1);
    row->addWidget(find_);
    auto* column = new QVBoxLayout(this);
    const int margin = fontMetrics().height() / 4;
    column->setContentsMargins(margin, margin, margin, margin);
    column->addLayout(row);
    column->addWidget(list_, 1);
    connect(find_, &QPushButton::clicked, &heads_, &HeadStore::want_passages);
    connect(list_, &QTreeWidget::itemClicked, this, &PassageList::choose);
    connect(list_, &QTreeWidget::itemActivated, this, &PassageList::choose);
    refresh();
}

void PassageList::show_head(HeadRef head) {
    head_ = head;
    refresh();
}

void PassageList::refresh() {
    const auto& found = heads_.passages();
    const HeadActivity* head = found != nullptr ? found->of(head_) : nullptr;
    find_->setVisible(found == nullptr);
    find_->setEnabled(!heads_.finding_passages());
    list_->setVisible(found != nullptr);
    note_->setText(note());
    if (head == shown_) return;
    shown_ = head;
    fill();
}

QString PassageList::note() const {
    if (heads_.finding_passages()) return tr("The model reads the calibration text.");
    if (heads_.passages() == nullptr) {
        return tr(
            "The model has to read the calibration text once. It then keeps the passages that "
            "activate each head most.");
    }
    const HeadActivity* head = heads_.passages()->of(head_);
    if (head == nullptr) return {};
    return tr("Layer %1, head %2; mean activation %3. Click a passage to read it.")
        .arg(head_.layer)
        .arg(head_.head)
        .arg(shown(head->mean));
}

void PassageList::fill() {
    list_->clear();
    const auto& found = heads_.passages();
    const HeadActivity* head = found != nullptr ? found->of(head_) : nullptr;
    if (head == nullptr) return;
    for (const HeadPassage& passage : head->passages) {
        const std::int64_t behind = passage.peak + 1;
        const QString before =
            found->text(passage.sequence, passage.first, passage.peak - passage.first);
        const QString peak = found->text(passage.sequence, passage.peak, 1);
        const QString after =
            found->text(passage.sequence, behind, passage.first + passage.count - behind);
        auto* item = new QTreeWidgetItem(
            list_, {shown(passage.activation),
                    head->mean > 0.0 ? shown(passage.activation / head->mean) : QString(),
                    one_line(before + peak + after)});
        for (const int column : {activation_column, ratio_column})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        item->setData(passage_column, kBefore, one_line(before));
        // A line break alone would not be seen.
        const QString seen = one_line(peak);
        item->setData(passage_column, kPeak,
                      seen.trimmed().isEmpty() ? QStringLiteral("\u21b5") : seen);
        item->setData(passage_column, kAfter, one_line(after));
        item->setToolTip(passage_column, tr("Sequence %1, tokens %2 to %3, most at %4:\n%5")
                                             .arg(passage.sequence)
                                             .arg(passage.first)
                                             .arg(passage.first + passage.count - 1)
                                             .arg(passage.peak)
                                             .arg(before + peak + after));
    }
    for (const int column : {activation_column, ratio_column})
        list_->resizeColumnToContents(column);
}

void PassageList::choose(QTreeWidgetItem* item) {
    const auto& found = heads_.passages();
    const HeadActivity* head = found != nullptr ? found->of(head_) : nullptr;
    const int index = list_->indexOfTopLevelItem(item);
    if (head == nullptr || index < 0) return;
    Q_EMIT passage_chosen(head->passages[static_cast<std::size_t>(index)]);
}

QString PassageList::copy_text() const {
    const auto& found = heads_.passages();
    const HeadActivity* head = found != nullptr ? found->of(head_) : nullptr;
    if (head == nullptr) return {};
    QString text = QStringLiteral("activation\tsequence\tfirst\tlast\tpeak\ttext\n");
    for (const HeadPassage& passage : head->passages) {
        text += QStringLiteral("%1\t%2\t%3\t%4\t%5\t%6\n")
                    .arg(QString::number(passage.activation, 'g', 6))
                    .arg(passage.sequence)
                    .arg(passage.first)
                    .arg(passage.first + passage.count - 1)
                    .arg(passage.peak)
                    .arg(one_line(found->text(passage.sequence, passage.first, passage.count)));
    }
    return text;
}

}  // namespace headscope::ui
