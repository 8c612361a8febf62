#include "ui/runs/compare_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QShortcut>
#include <QStyle>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace headscope::ui {
namespace {

/// A line with the system's warning sign.
QWidget* warning_line(const QString& text, const QWidget& dialog) {
    auto* line = new QWidget;
    auto* icon = new QLabel;
    const int size = dialog.style()->pixelMetric(QStyle::PM_SmallIconSize);
    icon->setPixmap(dialog.style()
                        ->standardIcon(QStyle::SP_MessageBoxWarning)
                        .pixmap(QSize(size, size), dialog.devicePixelRatioF()));
    auto* label = new QLabel(text);
    label->setObjectName(QStringLiteral("warning"));
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(icon, 0, Qt::AlignTop);
    layout->addWidget(label, 1);
    return line;
}

}  // namespace

CompareDialog::CompareDialog(const std::vector<Run>& runs, QWidget* parent)
    : QDialog(parent),
      comparison_(compare_runs(runs)),
      table_(new QTableWidget),
      only_differences_(new QCheckBox(tr("&Only rows that differ"))) {
    setWindowTitle(tr("Compare runs"));
    fill_table();

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton* copy = buttons->addButton(tr("&Copy"), QDialogButtonBox::ActionRole);
    copy->setToolTip(tr("Copies the table as tab-separated text"));
    const auto copy_table = [this] { QGuiApplication::clipboard()->setText(copy_text()); };
    connect(copy, &QPushButton::clicked, this, copy_table);
    connect(new QShortcut(QKeySequence::Copy, table_, nullptr, nullptr, Qt::WidgetShortcut),
            &QShortcut::activated, this, copy_table);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(only_differences_, &QCheckBox::toggled, this, &CompareDialog::show_rows);

    auto* layout = new QVBoxLayout(this);
    if (!comparison_.warning.isEmpty()) {
        layout->addWidget(warning_line(comparison_.warning, *this));
    }
    layout->addWidget(table_, 1);
    layout->addWidget(only_differences_);
    layout->addWidget(buttons);
    buttons->button(QDialogButtonBox::Close)->setFocus();
    fit_to_table();
}

void CompareDialog::fill_table() {
    const auto rows = static_cast<int>(comparison_.rows.size());
    const auto columns = static_cast<int>(comparison_.titles.size());
    table_->setAccessibleName(tr("Figures of the runs"));
    table_->setRowCount(rows);
    table_->setColumnCount(columns);
    table_->setHorizontalHeaderLabels(comparison_.titles);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->verticalHeader()->setHighlightSections(false);
    table_->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    QFont plain = table_->font();
    plain.setBold(false);
    QFont bold = plain;
    bold.setBold(true);
    for (int row = 0; row < rows; ++row) {
        const Comparison::Row& from = comparison_.rows[static_cast<std::size_t>(row)];
        auto* name = new QTableWidgetItem(from.name);
        name->setFont(from.differs ? bold : plain);
        table_->setVerticalHeaderItem(row, name);
        for (int column = 0; column < columns; ++column) {
            auto* cell = new QTableWidgetItem(from.cells.at(column));
            cell->setFont(from.differs ? bold : plain);
            table_->setItem(row, column, cell);
        }
    }
    table_->resizeColumnsToContents();
    table_->resizeRowsToContents();
}

void CompareDialog::show_rows() {
    for (int row = 0; row < table_->rowCount(); ++row) {
        const bool differs = comparison_.rows[static_cast<std::size_t>(row)].differs;
        table_->setRowHidden(row, only_differences_->isChecked() && !differs);
    }
}

void CompareDialog::fit_to_table() {
    const int frame = 2 * table_->frameWidth();
    const int width =
        table_->verticalHeader()->sizeHint().width() + table_->horizontalHeader()->length() + frame;
    const int height = table_->horizontalHeader()->sizeHint().height() +
                       table_->verticalHeader()->length() + frame;
    const QSize around = sizeHint() - table_->sizeHint();
    const QSize most = screen()->availableSize() * 0.8;
    const int margins = layout()->contentsMargins().left() + layout()->contentsMargins().right();
    resize(QSize(std::max(width + margins, 420), height + around.height()).boundedTo(most));
}

}  // namespace headscope::ui
