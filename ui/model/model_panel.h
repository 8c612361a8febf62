#pragma once

#include <QWidget>
#include <memory>

#include "ui/panel/panel.h"
#include "ui/session/job.h"

class QLabel;
class QTreeWidget;

namespace headscope::ui {

struct OpenedModel;

/// What the open model is: its shape, files, dtypes and tokenizer, as the command `info` tells it,
/// and what was done to it where Headscope wrote it.
class ModelPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ModelPanel(const PanelServices& services, QWidget* parent = nullptr);

    /// Lines "name <tab> value".
    [[nodiscard]] QString copy_text() const;

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void follow_model();

    Session& session_;
    QTreeWidget* facts_;
    QLabel* empty_;
    std::shared_ptr<const OpenedModel> shown_;
    Job looking_;
};

/// For the registry of panels.
[[nodiscard]] Panel make_model_panel(const PanelServices& services);

}  // namespace headscope::ui
