#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <vector>

#include "ui/panel/panel.h"
#include "ui/session/job.h"
#include "ui/text/token_costs.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTreeWidget;

namespace headscope::ui {

class TokenView;

/// What a run costs, read in the text: every token shaded by its KL divergence or loss, and the
/// passages where it is highest. Of a run of this session, or of a file of
/// `headscope evaluate --per_token`.
class TextPanel : public QWidget {
    Q_OBJECT

  public:
    explicit TextPanel(const PanelServices& services, QWidget* parent = nullptr);

    /// Reads a file in the background and shows it.
    void open_file(const QString& file);
    /// The table that is shown; null while there is none.
    [[nodiscard]] const std::shared_ptr<const TokenTable>& table() const { return table_; }
    [[nodiscard]] TokenView& tokens() { return *tokens_; }
    /// The worst passages: window, token, cost, text.
    [[nodiscard]] QString copy_text() const;

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    /// Where a table is from.
    struct Source {
        QString name;
        int run_id = -1;  ///< -1: a file
        std::shared_ptr<const TokenTable> table;
    };

    void lay_out();
    void connect_services();
    void ask_for_file();
    void follow_runs();
    void follow_model();
    void show_source();
    void show_costs();
    void show_window();
    void show_passage();
    void refresh_note();
    [[nodiscard]] TokenCost cost() const;
    [[nodiscard]] std::size_t variant() const;
    [[nodiscard]] QString token_text(std::int32_t id) const;
    [[nodiscard]] QString passage_text(const Passage& passage) const;
    [[nodiscard]] QString tip_of(int token) const;

    PanelServices services_;
    QComboBox* source_;
    QPushButton* open_;
    QComboBox* variant_;
    QComboBox* cost_;
    QSpinBox* window_;
    QLabel* note_;
    QTreeWidget* worst_;
    TokenView* tokens_;
    std::vector<Source> sources_;
    std::shared_ptr<const TokenTable> table_;
    std::vector<Passage> passages_;
    float high_ = 1.0F;
    std::shared_ptr<const std::vector<std::string>> vocabulary_;  ///< [id] of the open model
    const void* vocabulary_of_ = nullptr;
    QString error_;
    Job reading_;
    Job listing_;  ///< of the vocabulary
};

/// For the registry of panels.
[[nodiscard]] Panel make_text_panel(const PanelServices& services);

}  // namespace headscope::ui
