#include "ui/window/start_page.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QFuture>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPainter>
#include <QPromise>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QThreadPool>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>

namespace headscope::ui {
namespace {

constexpr int kPathRole = Qt::UserRole;
constexpr int kMissingRole = Qt::UserRole + 1;

/// Two lines: the name, and the path in a fainter colour.
class RecentDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& /*index*/) const override {
        const int line = option.fontMetrics.height();
        return {line * 10, 2 * line + line / 2};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem item = option;
        initStyleOption(&item, index);
        item.text.clear();
        const QStyle* style = item.widget != nullptr ? item.widget->style() : QApplication::style();
        style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);

        const bool selected = item.state.testFlag(QStyle::State_Selected);
        const bool missing = index.data(kMissingRole).toBool();
        const auto role = selected ? QPalette::HighlightedText : QPalette::Text;
        QColor strong = item.palette.color(role);
        QColor faint = strong;
        faint.setAlphaF(selected ? 0.85F : 0.65F);
        if (missing) {
            strong.setAlphaF(0.5F);
            faint.setAlphaF(0.4F);
        }
        const int line = item.fontMetrics.height();
        const QRect lines = item.rect.adjusted(line / 2, line / 4, -line / 2, 0);
        const QRect first(lines.topLeft(), QSize(lines.width(), line));
        const QRect second = first.translated(0, line);
        const auto elided = [&](const QString& text) {
            return item.fontMetrics.elidedText(text, Qt::ElideMiddle, lines.width());
        };
        painter->save();
        painter->setFont(item.font);
        painter->setPen(strong);
        painter->drawText(first, Qt::AlignLeft, elided(index.data(Qt::DisplayRole).toString()));
        painter->setPen(faint);
        painter->drawText(second, Qt::AlignLeft,
                          elided(QDir::toNativeSeparators(index.data(kPathRole).toString())));
        painter->restore();
    }
};

QString name_of_path(const QString& path) {
    const QString name = QFileInfo(QDir::cleanPath(path)).fileName();
    return name.isEmpty() ? path : name;
}

/// Which of the paths are not there, looked up by another thread.
QFuture<QStringList> find_missing(const QStringList& paths) {
    const auto promise = std::make_shared<QPromise<QStringList>>();
    promise->start();
    QFuture<QStringList> missing = promise->future();
    QThreadPool::globalInstance()->start([promise, paths] {
        QStringList found;
        for (const QString& path : paths) {
            if (!QFileInfo::exists(path)) found.append(path);
        }
        promise->addResult(found);
        promise->finish();
    });
    return missing;
}

}  // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
    make_text();
    make_buttons();
    make_recent();
    make_layout();
    apply_fonts();
    set_texts();
    set_recent({});
}

void StartPage::make_text() {
    name_ = new QLabel(QStringLiteral("Headscope"), this);
    purpose_ = new QLabel(this);
    purpose_->setWordWrap(true);
    real_model_ = new QLabel(this);
    real_model_->setObjectName(QStringLiteral("real_model"));
    real_model_->setWordWrap(true);
    real_model_->setTextFormat(Qt::RichText);
    real_model_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    drop_hint_ = new QLabel(this);
    drop_hint_->setWordWrap(true);
    drop_hint_->setAlignment(Qt::AlignCenter);
    drop_hint_->setFrameStyle(static_cast<int>(QFrame::StyledPanel) |
                              static_cast<int>(QFrame::Plain));
}

void StartPage::make_buttons() {
    open_demo_ = new QPushButton(this);
    open_demo_->setObjectName(QStringLiteral("open_demo"));
    open_demo_->setDefault(true);
    open_model_ = new QPushButton(this);
    open_model_->setObjectName(QStringLiteral("open_model"));
    open_results_ = new QPushButton(this);
    open_results_->setObjectName(QStringLiteral("open_results"));
    for (QPushButton* button : {open_demo_, open_model_, open_results_}) {
        button->setAutoDefault(true);  // Enter presses the one that has the focus
    }
    connect(open_demo_, &QPushButton::clicked, this, &StartPage::open_demo_requested);
    connect(open_model_, &QPushButton::clicked, this, &StartPage::open_model_requested);
    connect(open_results_, &QPushButton::clicked, this, &StartPage::open_results_requested);
}

void StartPage::make_recent() {
    recent_label_ = new QLabel(this);
    recent_ = new QListWidget(this);
    recent_->setObjectName(QStringLiteral("recent"));
    recent_->setItemDelegate(new RecentDelegate(recent_));
    recent_->setUniformItemSizes(true);
    recent_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    recent_->setContextMenuPolicy(Qt::CustomContextMenu);
    recent_label_->setBuddy(recent_);
    const auto open = [this](const QListWidgetItem* item) {
        Q_EMIT open_path_requested(item->data(kPathRole).toString());
    };
    // A click opens; where the style activates by click too, the list still reports one of them.
    connect(recent_, &QListWidget::itemActivated, this, [this, open](const QListWidgetItem* item) {
        if (recent_->style()->styleHint(QStyle::SH_ItemView_ActivateItemOnSingleClick, nullptr,
                                        recent_) == 0 &&
            QApplication::mouseButtons() != Qt::NoButton) {
            return;  // the second click of a double click: the first has opened it
        }
        open(item);
    });
    connect(recent_, &QListWidget::itemClicked, this, [this, open](const QListWidgetItem* item) {
        if (recent_->style()->styleHint(QStyle::SH_ItemView_ActivateItemOnSingleClick, nullptr,
                                        recent_) == 0) {
            open(item);
        }
    });
    connect(recent_, &QWidget::customContextMenuRequested, this, &StartPage::show_recent_menu);
}

void StartPage::make_layout() {
    auto* column = new QWidget(this);
    const int line = fontMetrics().height();
    column->setMaximumWidth(fontMetrics().averageCharWidth() * 90);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(open_demo_);
    buttons->addWidget(open_model_);
    buttons->addWidget(open_results_);
    buttons->addStretch(1);
    drop_hint_->setMargin(line / 2);

    auto* rows = new QVBoxLayout(column);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addStretch(1);
    rows->addWidget(name_);
    rows->addWidget(purpose_);
    rows->addSpacing(line / 2);
    rows->addLayout(buttons);
    rows->addSpacing(line / 2);
    rows->addWidget(real_model_);
    rows->addSpacing(line / 2);
    rows->addWidget(recent_label_);
    rows->addWidget(recent_, 100);
    rows->addSpacing(line / 2);
    rows->addWidget(drop_hint_);
    rows->addStretch(1);

    auto* centred = new QHBoxLayout;
    centred->addStretch(1);
    centred->addWidget(column, 100);
    centred->addStretch(1);
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(line, line, line, line);
    page->addLayout(centred);
}

void StartPage::apply_fonts() {
    QFont title = font();
    if (title.pointSizeF() > 0.0) {
        title.setPointSizeF(title.pointSizeF() * 1.8);
    } else {
        title.setPixelSize(title.pixelSize() * 9 / 5);
    }
    title.setBold(true);
    name_->setFont(title);
}

void StartPage::set_texts() {
    purpose_->setText(
        tr("Finds attention heads of a Llama-family model that do the same work, merges them, and "
           "measures what that costs in perplexity and accuracy."));
    open_demo_->setText(tr("Open the &demo model"));
    open_demo_->setToolTip(tr("A small model that comes with the program, to try things out."));
    open_model_->setText(tr("Open &model\u2026"));
    open_model_->setToolTip(tr("A folder with config.json and safetensors files."));
    open_results_->setText(tr("Open re&sults\u2026"));
    open_results_->setToolTip(tr("A results file in JSON, to look at and compare."));
    // With more room around their texts than buttons of a dialog: here they are what there is to
    // do.
    const int line = fontMetrics().height();
    for (QPushButton* button : {open_demo_, open_model_, open_results_}) {
        button->setMinimumSize(button->sizeHint() + QSize(line, line / 2));
    }
    real_model_->setText(
        tr("A small real model, SmolLM2-135M, 270 MB, comes with this command (select it to copy "
           "it):<br><code>%1</code><br>Open the folder that it names afterwards.")
            .arg(QStringLiteral("pip install huggingface_hub &amp;&amp; hf download "
                                "HuggingFaceTB/SmolLM2-135M-Instruct --local-dir smollm2")));
    recent_label_->setText(tr("Re&cent"));
    drop_hint_->setText(
        tr("Drop a model folder, one of its files (safetensors, GGUF, config.json), or a results "
           "file anywhere in this window."));
}

void StartPage::set_recent(const QStringList& paths) {
    recent_->clear();
    for (const QString& path : paths) {
        auto* item = new QListWidgetItem(name_of_path(path), recent_);
        item->setData(kPathRole, path);
        item->setData(Qt::AccessibleDescriptionRole, path);
        item->setToolTip(QDir::toNativeSeparators(path));
    }
    recent_label_->setVisible(!paths.isEmpty());
    recent_->setVisible(!paths.isEmpty());
    if (paths.isEmpty()) return;
    // As high as its rows; where that does not fit, it scrolls.
    const int rows = recent_->sizeHintForRow(0) * recent_->count() + 2 * recent_->frameWidth();
    recent_->setMinimumHeight(std::min(rows, 4 * fontMetrics().height()));
    recent_->setMaximumHeight(rows);
    find_missing(paths).then(this, [this](const QStringList& missing) { mark_missing(missing); });
}

void StartPage::mark_missing(const QStringList& missing) {
    for (int row = 0; row < recent_->count(); ++row) {
        QListWidgetItem* item = recent_->item(row);
        const QString path = item->data(kPathRole).toString();
        if (!missing.contains(path)) continue;
        item->setData(kMissingRole, true);
        const QString text = tr("%1 is no longer there.").arg(QDir::toNativeSeparators(path));
        item->setToolTip(text);
        item->setData(Qt::AccessibleDescriptionRole, text);
    }
}

void StartPage::show_recent_menu(const QPoint& at) {
    const QListWidgetItem* item = recent_->itemAt(at);
    if (item == nullptr) return;
    const QString path = item->data(kPathRole).toString();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    connect(menu->addAction(tr("&Open")), &QAction::triggered, this,
            [this, path] { Q_EMIT open_path_requested(path); });
    QAction* forget = menu->addAction(tr("&Remove from the list"));
    forget->setObjectName(QStringLiteral("forget"));
    connect(forget, &QAction::triggered, this, [this, path] { Q_EMIT forget_requested(path); });
    menu->popup(recent_->viewport()->mapToGlobal(at));
}

void StartPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) apply_fonts();
}

}  // namespace headscope::ui
