#include "ui/window/about_dialog.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSysInfo>
#include <QVBoxLayout>

namespace headscope::ui {
namespace {

QString link(const QString& address, const QString& text) {
    return QStringLiteral("<a href=\"%1\">%2</a>").arg(address, text.toHtmlEscaped());
}

QLabel* paragraph(const QString& html, QWidget* parent) {
    auto* label = new QLabel(html, parent);
    label->setTextFormat(Qt::RichText);
    label->setWordWrap(true);
    label->setOpenExternalLinks(true);
    label->setTextInteractionFlags(Qt::TextBrowserInteraction);
    return label;
}

}  // namespace

AboutDialog::AboutDialog(const QString& version, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("About Headscope"));
    auto* column = new QVBoxLayout(this);
    const int line = fontMetrics().height();
    column->setSpacing(line / 2);

    auto* name = new QLabel(tr("Headscope %1").arg(version), this);
    name->setTextFormat(Qt::PlainText);
    name->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QFont title = font();
    if (title.pointSizeF() > 0.0) title.setPointSizeF(title.pointSizeF() * 1.5);
    title.setBold(true);
    name->setFont(title);
    column->addWidget(name);
    column->addWidget(paragraph(
        tr("Finds attention heads that do the same work, merges them, and measures what that "
           "costs."),
        this));
    column->addWidget(paragraph(tr("Copyright \u00a9 2026 The Headscope authors. Free software "
                                   "under the MIT licence, without any warranty."),
                                this));
    column->addWidget(paragraph(
        tr("The text that models are measured on is the test split of WikiText-2 by Stephen "
           "Merity, Caiming Xiong, James Bradbury and Richard Socher, from Wikipedia articles by "
           "Wikipedia's contributors, under %1.")
            .arg(link(QStringLiteral("https://creativecommons.org/licenses/by-sa/3.0/"),
                      QStringLiteral("CC BY-SA 3.0"))),
        this));
    const QStringList libraries = {
        link(QStringLiteral("https://www.qt.io/"), QStringLiteral("Qt")),
        link(QStringLiteral("https://pytorch.org/"), QStringLiteral("libtorch")),
        link(QStringLiteral("https://www.qcustomplot.com/"), QStringLiteral("QCustomPlot")),
        link(QStringLiteral("https://github.com/google/sentencepiece"),
             QStringLiteral("sentencepiece")),
        link(QStringLiteral("https://github.com/nlohmann/json"), QStringLiteral("nlohmann_json"))};
    column->addWidget(paragraph(
        tr("Built on %1.", "a list of libraries").arg(libraries.join(QStringLiteral(", "))), this));
    column->addWidget(paragraph(
        tr("Runs with Qt %1 on %2.")
            .arg(QString::fromLatin1(qVersion()), QSysInfo::prettyProductName().toHtmlEscaped()),
        this));
    column->addStretch(1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addWidget(buttons);
    buttons->setFocus();
    // Texts that wrap would otherwise ask for more height than they need.
    const int width = fontMetrics().averageCharWidth() * 70;
    setMinimumWidth(width);
    resize(width, column->totalHeightForWidth(width));
}

}  // namespace headscope::ui
