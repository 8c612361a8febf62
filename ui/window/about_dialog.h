#pragma once

#include <QDialog>

namespace headscope::ui {

/// Name, version, licence, and what the program is built on.
class AboutDialog : public QDialog {
    Q_OBJECT

  public:
    explicit AboutDialog(const QString& version, QWidget* parent = nullptr);
};

}  // namespace headscope::ui
