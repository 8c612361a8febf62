#pragma once

#include <QWidget>
#include <array>
#include <memory>

#include "core/heads/passages.h"
#include "ui/attention/attention_plots.h"
#include "ui/panel/panel.h"
#include "ui/session/choices.h"
#include "ui/session/job.h"

class QCheckBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTabWidget;

namespace headscope::ui {

class PassageList;
class TokenView;

/// A text, token by token, and where one head or two attend in it.
class AttentionPanel : public QWidget {
    Q_OBJECT

  public:
    explicit AttentionPanel(const PanelServices& services, QWidget* parent = nullptr);
    ~AttentionPanel() override;

    [[nodiscard]] TokenView& tokens() { return *tokens_; }
    [[nodiscard]] PassageList& passages() { return *passages_; }
    [[nodiscard]] QPlainTextEdit& text() { return *text_; }
    [[nodiscard]] QCustomPlot& plot() { return *plot_; }
    /// The chosen token's row: token, text, share of each head. C locale.
    [[nodiscard]] QString copy_text() const;
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void make_sources();
    void connect_services();
    void read();
    void read_passage(const HeadPassage& passage);
    void follow_store();
    void follow_selection();
    void choose_heads();
    void refresh();
    void draw_pictures();
    void refresh_row();
    void set_head(int index, HeadRef head);
    [[nodiscard]] HeadRef head(int index) const;
    [[nodiscard]] int shown_heads() const;
    [[nodiscard]] std::vector<float> row_of(int index) const;

    struct Choice {
        QSpinBox* layer = nullptr;
        QSpinBox* head = nullptr;
    };

    PanelServices services_;
    QTabWidget* sources_;  ///< of the text: typed, or passages of the calibration text
    QPlainTextEdit* text_;
    QPushButton* read_;
    PassageList* passages_;
    QLabel* note_;
    std::array<Choice, 2> choices_;
    QCheckBox* second_;
    TokenView* tokens_;
    QCustomPlot* plot_;
    std::unique_ptr<AttentionPlots> plots_;
    QLabel* facts_;
    const void* shown_text_ = nullptr;
    Job drawing_;
    bool following_ = false;  ///< the boxes follow the selection, not the other way round
};

/// For the registry of panels.
[[nodiscard]] Panel make_attention_panel(const PanelServices& services);

}  // namespace headscope::ui
