#include "ui/plan/pair_panel.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QStackedWidget>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>
#include <memory>

#include "ui/panel/panel.h"
#include "ui/plan/pair_copy.h"
#include "ui/plan/pair_model.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

int selected_rows(const QItemSelectionModel& model) {
    int rows = 0;
    for (const QItemSelectionRange& range : model.selection())
        rows += range.height();
    return rows;
}

}  // namespace

PairPanel::~PairPanel() = default;

PairPanel::PairPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      model_(new PairModel(session, this)),
      table_(new QTableView(this)),
      stack_(new QStackedWidget(this)),
      empty_(new QLabel(this)),
      count_(new QLabel(this)),
      only_focused_(new QCheckBox(this)),
      copy_(new QPushButton(this)),
      copy_action_(new QAction(this)) {
    set_up_table();
    lay_out();
    connect(model_, &QAbstractItemModel::modelReset, this, &PairPanel::update_state);
    connect(&session, &Session::focus_changed, this, &PairPanel::follow_focus);
    connect(&session, &Session::pin_changed, this, &PairPanel::follow_pin);
    connect(only_focused_, &QCheckBox::toggled, this, &PairPanel::follow_focus);
    // What is being copied would no longer be what is shown.
    connect(model_, &QAbstractItemModel::modelAboutToBeReset, this, [this] { copying_.reset(); });
    connect(model_, &QAbstractItemModel::layoutAboutToBeChanged, this,
            [this] { copying_.reset(); });
    connect(copy_, &QPushButton::clicked, this, &PairPanel::copy);
    connect(copy_action_, &QAction::triggered, this, &PairPanel::copy);
    set_texts();
}

void PairPanel::set_up_table() {
    // Before the selection hears of it: it would follow each of its rows, which takes a quarter of
    // a second for 80,000 of them. All of them are quick.
    connect(model_, &QAbstractItemModel::layoutAboutToBeChanged, this, [this] {
        constexpr int kQuick = 2000;
        QItemSelectionModel& selection = *table_->selectionModel();
        const int rows = selected_rows(selection);
        if (rows > kQuick && rows < model_->rowCount()) selection.clearSelection();
    });
    table_->setModel(model_);
    table_->setAlternatingRowColors(true);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setWordWrap(false);
    table_->setShowGrid(false);
    table_->setTabKeyNavigation(false);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->setSortIndicator(PairModel::similarity, Qt::DescendingOrder);
    table_->setSortingEnabled(true);
    copy_action_->setShortcut(QKeySequence::Copy);
    copy_action_->setShortcutContext(Qt::WidgetShortcut);
    table_->addAction(copy_action_);
    table_->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (!following_ && current.isValid()) pin_row(current.row());
            });
    // A row that already is the current one can be chosen again.
    const auto pin_index = [this](const QModelIndex& index) { pin_row(index.row()); };
    connect(table_, &QTableView::activated, this, pin_index);
    connect(table_, &QTableView::clicked, this, pin_index);
}

void PairPanel::lay_out() {
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setForegroundRole(QPalette::PlaceholderText);
    empty_->setMargin(fontMetrics().height());
    stack_->addWidget(empty_);
    stack_->addWidget(table_);
    auto* header = new QHBoxLayout;
    header->addWidget(count_, 1);
    header->addWidget(copy_);
    auto* column = new QVBoxLayout(this);
    column->addLayout(header);
    column->addWidget(only_focused_);
    column->addWidget(stack_, 1);
    count_->setMinimumWidth(1);  // a narrow dock may cut it
    setTabOrder(copy_, only_focused_);
    setTabOrder(only_focused_, table_);
    fit_columns();
}

void PairPanel::fit_columns() {
    const QFontMetrics metrics = table_->fontMetrics();
    QHeaderView* header = table_->horizontalHeader();
    table_->verticalHeader()->setDefaultSectionSize(metrics.height() + 4);
    // Room for the title with its sort indicator, and for numbers of a large model.
    const int margin = metrics.horizontalAdvance(QStringLiteral("00"));
    for (int column = 0; column < PairModel::column_count; ++column) {
        const QString title =
            model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        header->resizeSection(column, metrics.horizontalAdvance(title) + margin);
    }
    header->setMinimumSectionSize(metrics.horizontalAdvance(QStringLiteral("00000")));
}

void PairPanel::set_texts() {
    only_focused_->setText(tr("Focused layer only"));
    only_focused_->setToolTip(tr("Show only the pairs of the layer that the heatmap shows"));
    copy_->setText(tr("&Copy"));
    copy_->setToolTip(
        tr("Copy the selected rows, or all where none is selected, as tab-separated values"));
    copy_action_->setText(tr("Copy"));
    table_->setAccessibleName(tr("Pairs"));
    fit_columns();
    update_state();
}

QSize PairPanel::sizeHint() const {
    const int line = fontMetrics().height();
    return {30 * line, 30 * line};
}

void PairPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    model_->set_live(true);
    follow_pin();
}

void PairPanel::hideEvent(QHideEvent* event) {
    model_->set_live(false);
    QWidget::hideEvent(event);
}

void PairPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) fit_columns();
}

void PairPanel::update_state() {
    const int shown = model_->rowCount();
    stack_->setCurrentWidget(shown > 0 ? static_cast<QWidget*>(table_) : empty_);
    copy_->setEnabled(shown > 0);
    copy_action_->setEnabled(shown > 0);
    if (shown == 0) empty_->setText(empty_text());
    const bool open = session_.model() != nullptr;
    only_focused_->setEnabled(open);
    const int all = open ? static_cast<int>(session_.summary().pairs) : 0;
    if (!open) {
        count_->clear();
    } else if (only_focused_->isChecked()) {
        count_->setText(tr("%1 of %Ln pair(s)", nullptr, all).arg(count_text(shown)));
    } else {
        count_->setText(tr("%Ln pair(s)", nullptr, all));
    }
    follow_pin();
}

QString PairPanel::empty_text() const {
    if (!session_.model()) return tr("Open a model to see its pairs.");
    const int focused = session_.focused_layer();
    if (only_focused_->isChecked()) {
        if (!session_.included(focused)) {
            return tr("Layer %1 is excluded from the merge.").arg(focused);
        }
        if (session_.summary().pairs > 0) {
            const SimilarityMatrix& matrix =
                session_.model()->matrices[static_cast<std::size_t>(focused)];
            const QString highest = similarity_text(matrix.highest_off_diagonal());
            if (!session_.per_layer()) {
                return tr("Layer %1 has no pair at this threshold. Its highest similarity is %2.")
                    .arg(focused)
                    .arg(highest);
            }
            const auto own = session_.threshold_of(focused);
            if (!own) {
                return tr("Layer %1 has no threshold of its own, so nothing of it is merged.")
                    .arg(focused);
            }
            return tr("Layer %1 has no pair at its threshold of %2. Its highest similarity is %3.")
                .arg(focused)
                .arg(threshold_text(*own), highest);
        }
    }
    if (session_.included_count() == 0) return tr("All layers are excluded from the merge.");
    const std::optional<double> highest = session_.highest_similarity();
    if (!highest) return tr("No two heads of this model may be merged under the chosen rule.");
    if (session_.per_layer()) {
        return tr("No pair reaches the threshold of its layer. The highest similarity is %1.")
            .arg(similarity_text(*highest));
    }
    return tr("No pair reaches the threshold of %1. The highest similarity is %2.")
        .arg(threshold_text(session_.threshold()), similarity_text(*highest));
}

void PairPanel::follow_focus() {
    const bool only = only_focused_->isChecked();
    model_->set_only_layer(only ? std::optional(session_.focused_layer()) : std::nullopt);
}

void PairPanel::follow_pin() {
    if (following_ || !isVisible()) return;
    const QScopedValueRollback guard(following_, true);
    const auto& pinned = session_.pinned();
    const auto row = pinned ? model_->find(session_.focused_layer(), *pinned) : std::nullopt;
    if (!row) {
        table_->selectionModel()->clear();
        return;
    }
    if (table_->currentIndex().row() == *row) return;
    table_->setCurrentIndex(model_->index(*row, PairModel::layer));
    table_->scrollTo(table_->currentIndex());
}

void PairPanel::pin_row(int row) {
    const QScopedValueRollback guard(following_, true);
    const PairModel::Row pair = model_->pair(row);
    session_.focus_layer(pair.layer);
    session_.pin(HeadsOfInterest{pair.first, pair.second});
}

QString PairPanel::copy_text() const {
    model_->refresh();
    PairCopy copying(*model_, *table_->selectionModel());
    while (copying.take(model_->rowCount())) {
    }
    return copying.text();
}

void PairPanel::copy() {
    model_->refresh();
    copying_ = std::make_unique<PairCopy>(*model_, *table_->selectionModel());
    copy_more();
}

void PairPanel::copy_more() {
    constexpr int kRowsOfTurn = 16384;  // a few milliseconds
    if (!copying_) return;              // the rows have changed meanwhile
    if (copying_->take(kRowsOfTurn)) {
        QTimer::singleShot(0, this, &PairPanel::copy_more);
        return;
    }
    QGuiApplication::clipboard()->setText(copying_->text());
    copying_.reset();
}

Panel make_pair_panel(const PanelServices& services) {
    auto* panel = new PairPanel(services.session);
    Panel made{QStringLiteral("pairs"), PairPanel::tr("Pairs"), PanelArea::right_bottom, panel};
    made.of_similarities = true;
    made.table = [panel] { return panel->copy_text(); };
    return made;
}

}  // namespace headscope::ui
