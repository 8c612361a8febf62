#include "ui/window/status_widgets.h"

#include <QFile>
#include <QHBoxLayout>

#include <unistd.h>

#include "ui/style/progress_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// Resident bytes of this process; 0 where the system does not tell.
std::int64_t resident_bytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const QList<QByteArray> pages = file.readAll().split(' ');
    return pages.size() > 1 ? pages[1].toLongLong() * ::sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace

JobStatus::JobStatus(QWidget* parent)
    : QWidget(parent), text_(new QLabel), bar_(new QProgressBar), cancel_(new QToolButton) {
    bar_->setTextVisible(false);
    bar_->setFixedWidth(fontMetrics().averageCharWidth() * 20);
    bar_->setMaximumHeight(fontMetrics().height());
    bar_->setAccessibleName(tr("Progress"));
    cancel_->setText(tr("Cancel"));
    cancel_->setAutoRaise(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(text_);
    layout->addWidget(bar_);
    layout->addWidget(cancel_);
    connect(cancel_, &QToolButton::clicked, this, &JobStatus::cancel_requested);
    finish();
}

void JobStatus::show_progress(const Progress& progress) {
    text_->setText(progress_text(progress));
    bar_->setMaximum(static_cast<int>(progress.total));  // 0: busy, no end in sight
    bar_->setValue(static_cast<int>(progress.done));
    setVisible(true);
}

void JobStatus::finish() {
    setVisible(false);
}

MemoryStatus::MemoryStatus(QWidget* parent) : QLabel(parent) {
    setToolTip(tr("Memory that Headscope uses, mapped files that were read included"));
    connect(&timer_, &QTimer::timeout, this, &MemoryStatus::refresh);
    timer_.start(2000);
    refresh();
}

void MemoryStatus::refresh() {
    if (const std::int64_t bytes = resident_bytes(); bytes > 0) {
        setText(tr("%1 memory").arg(bytes_text(bytes)));
    }
}

}  // namespace headscope::ui
