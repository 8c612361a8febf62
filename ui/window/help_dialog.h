#pragma once

#include <QDialog>
#include <QList>

class QAction;
class QTabWidget;

namespace headscope::ui {

/// Help without a network: shortcuts, what measures and values of heads mean with their formulas,
/// and the glossary. The English pages are those of docs; a test holds the Russian ones to them.
class HelpDialog : public QDialog {
    Q_OBJECT

  public:
    /// Takes those of `actions` that have a shortcut.
    explicit HelpDialog(const QList<QAction*>& actions, QWidget* parent = nullptr);

    [[nodiscard]] QTabWidget& pages() { return *pages_; }

  private:
    QTabWidget* pages_;
};

/// A page of the help as Markdown, in a language ("en", "ru"): "measures", "heads", "glossary".
[[nodiscard]] QString help_text(const QString& page, const QString& language);

}  // namespace headscope::ui
