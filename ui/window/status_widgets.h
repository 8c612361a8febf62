#pragma once

#include <QLabel>
#include <QProgressBar>
#include <QTimer>
#include <QToolButton>
#include <QWidget>

#include "core/base/progress.h"

namespace headscope::ui {

/// The status bar's right side: what runs, with a bar and a button that cancels it.
class JobStatus : public QWidget {
    Q_OBJECT

  public:
    explicit JobStatus(QWidget* parent = nullptr);

    void show_progress(const Progress& progress);
    void finish();

  Q_SIGNALS:
    void cancel_requested();

  private:
    QLabel* text_;
    QProgressBar* bar_;
    QToolButton* cancel_;
};

/// The memory of this process, looked up every two seconds.
class MemoryStatus : public QLabel {
    Q_OBJECT

  public:
    explicit MemoryStatus(QWidget* parent = nullptr);

  private:
    void refresh();

    QTimer timer_;
};

}  // namespace headscope::ui
