#include "ui/window/report_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>

#include "core/base/error.h"
#include "core/similarity/layer_list.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr std::size_t kHeatmaps = 4;  ///< that are proposed

std::vector<int> layers_of(const Analysis& analysis) {
    std::vector<int> layers;
    for (const SimilaritySet& set : analysis.similarity) {
        for (const auto& matrix : set.layers)
            layers.push_back(matrix->layer);
    }
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    return layers;
}

}  // namespace

ReportDialog::ReportDialog(const Analysis& analysis, QWidget* parent)
    : QDialog(parent),
      known_(layers_of(analysis)),
      layers_(new QLineEdit(
          QString::fromStdString(layers_text(most_alike_layers(analysis, kHeatmaps))))),
      verdict_(new QLabel),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Export report"));
    auto* about = new QLabel(
        tr("One HTML file with the settings, tables and charts of %n run(s). It opens in any "
           "browser, without a network, and prints well.",
           nullptr, static_cast<int>(analysis.run_count())));
    about->setWordWrap(true);
    auto* label = new QLabel(tr("&Heatmaps of these layers, such as 0,3,8-15:"));
    label->setBuddy(layers_);
    layers_->setObjectName(QStringLiteral("layers"));
    layers_->setClearButtonEnabled(true);
    layers_->setToolTip(tr("At first those with the most alike heads; none where it is empty"));
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setWordWrap(true);
    // Two lines, so that the dialog does not jump while one types.
    verdict_->setMinimumHeight(2 * fontMetrics().lineSpacing());
    verdict_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    buttons_->button(QDialogButtonBox::Save)->setText(tr("&Save..."));

    auto* layout = new QVBoxLayout(this);
    for (QWidget* part : std::initializer_list<QWidget*>{about, label, layers_, verdict_})
        layout->addWidget(part);
    if (analysis.sections.size() > 1) {
        auto* note = new QLabel(tr("These runs do not all compare; the report has %n section(s).",
                                   nullptr, static_cast<int>(analysis.sections.size())));
        note->setWordWrap(true);
        layout->addWidget(note);
    }
    layout->addStretch();
    layout->addWidget(buttons_);
    connect(layers_, &QLineEdit::textChanged, this, &ReportDialog::validate);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    validate();
    setMinimumWidth(fontMetrics().averageCharWidth() * 72);
}

std::vector<int> ReportDialog::typed() const {
    return parse_layers(layers_->text().simplified().remove(QLatin1Char(' ')).toStdString());
}

std::vector<int> ReportDialog::layers() const {
    try {
        return typed();
    } catch (const Error&) {
        return {};  // the dialog cannot be accepted with it
    }
}

void ReportDialog::validate() {
    QString verdict;
    try {
        const std::vector<int> wanted = typed();
        std::vector<int> unknown;
        std::set_difference(wanted.begin(), wanted.end(), known_.begin(), known_.end(),
                            std::back_inserter(unknown));
        if (!unknown.empty()) {
            verdict = tr("These runs have no layer %1.").arg(unknown.front());
        }
    } catch (const Error&) {
        verdict = tr("Give numbers and ranges of layers, such as 0,3,8-15.");
    }
    verdict_->setText(verdict);
    buttons_->button(QDialogButtonBox::Save)->setEnabled(verdict.isEmpty());
}

}  // namespace headscope::ui
