#include "ui/window/help_dialog.h"

#include <QDialogButtonBox>
#include <QFile>
#include <QLineEdit>
#include <QLocale>
#include <QTabWidget>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "ui/window/shortcuts_page.h"

namespace headscope::ui {
namespace {

/// A text that can be searched.
class TextPage : public QWidget {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::HelpDialog)

  public:
    explicit TextPage(const QString& markdown) : search_(new QLineEdit), text_(new QTextBrowser) {
        search_->setPlaceholderText(tr("Search"));
        search_->setAccessibleName(tr("Search the page"));
        search_->setClearButtonEnabled(true);
        text_->setOpenLinks(false);
        text_->setMarkdown(markdown);
        auto* column = new QVBoxLayout(this);
        column->addWidget(search_);
        column->addWidget(text_, 1);
        connect(search_, &QLineEdit::textChanged, this, [this] {
            text_->moveCursor(QTextCursor::Start);
            find_next();
        });
        connect(search_, &QLineEdit::returnPressed, this, [this] { find_next(); });
        setFocusProxy(search_);
    }

  private:
    /// Begins again at the top where there are no more.
    void find_next() {
        if (text_->find(search_->text())) return;
        text_->moveCursor(QTextCursor::Start);
        text_->find(search_->text());
    }

    QLineEdit* search_;
    QTextBrowser* text_;
};

}  // namespace

QString help_text(const QString& page, const QString& language) {
    QFile file(QStringLiteral(":/help/%1_%2.md").arg(page, language));
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString text = QString::fromUtf8(file.readAll());
    // What follows in docs is for other readers.
    for (const char* heading : {"\n## Cost\n", "\n## Spelling and register\n", "\n## Map\n"}) {
        const qsizetype found = text.indexOf(QLatin1String(heading));
        if (found >= 0) text.truncate(found + 1);
    }
    return text;
}

HelpDialog::HelpDialog(const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent), pages_(new QTabWidget) {
    setWindowTitle(tr("Help"));
    const QString language =
        QLocale().language() == QLocale::Russian ? QStringLiteral("ru") : QStringLiteral("en");
    pages_->setDocumentMode(true);
    pages_->addTab(new ShortcutsPage(actions), tr("&Keyboard and mouse"));
    const auto add = [&](const QString& page, const QString& title) {
        pages_->addTab(new TextPage(help_text(page, language)), title);
    };
    add(QStringLiteral("measures"), tr("&Measures"));
    add(QStringLiteral("heads"), tr("&Values of a head"));
    add(QStringLiteral("glossary"), tr("&Glossary"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->addWidget(pages_, 1);
    column->addWidget(buttons);
    pages_->currentWidget()->setFocus();  // its search
    resize(fontMetrics().averageCharWidth() * 100, fontMetrics().height() * 32);
}

}  // namespace headscope::ui
