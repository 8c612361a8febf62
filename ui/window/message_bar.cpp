#include "ui/window/message_bar.h"

#include <QAccessible>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

QColor mixed(const QColor& over, const QColor& under, float share) {
    const auto mix = [share](float a, float b) { return a * share + b * (1.0F - share); };
    return QColor::fromRgbF(mix(over.redF(), under.redF()), mix(over.greenF(), under.greenF()),
                            mix(over.blueF(), under.blueF()));
}

}  // namespace

MessageBar::MessageBar(QWidget* parent) : QFrame(parent) {
    icon_ = new QLabel(this);
    text_ = new QLabel(this);
    text_->setObjectName(QStringLiteral("message_text"));
    text_->setTextFormat(Qt::PlainText);  // names of files and tensors are shown as they are
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    copy_ = new QPushButton(this);
    copy_->setObjectName(QStringLiteral("message_copy"));
    copy_->setAutoDefault(false);
    connect(copy_, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(details_); });
    close_ = new QToolButton(this);
    close_->setObjectName(QStringLiteral("message_close"));
    close_->setAutoRaise(true);
    connect(close_, &QToolButton::clicked, this, &QWidget::hide);

    auto* row = new QHBoxLayout(this);
    const int margin = fontMetrics().height() / 3;
    row->setContentsMargins(2 * margin, margin, margin, margin);
    row->addWidget(icon_);
    row->addWidget(text_, 1);
    row->addWidget(copy_);
    row->addWidget(close_);
    // A sentence that wraps makes the bar higher, never the window wider.
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    update_icons();
    set_texts();
    hide();
}

void MessageBar::show_error(const QString& sentence, const QString& details) {
    show_message(Kind::error, sentence, details);
}

void MessageBar::show_information(const QString& sentence) {
    show_message(Kind::information, sentence, {});
}

void MessageBar::show_message(Kind kind, const QString& sentence, const QString& details) {
    kind_ = kind;
    details_ = details;
    text_->setText(sentence);
    copy_->setVisible(!details.isEmpty());
    setAccessibleName(sentence);
    update_icons();
    update();
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageBar::update_icons() {
    const auto pixmap =
        kind_ == Kind::error ? QStyle::SP_MessageBoxCritical : QStyle::SP_MessageBoxInformation;
    const int size = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    icon_->setPixmap(style()
                         ->standardIcon(pixmap, nullptr, this)
                         .pixmap(QSize(size, size), devicePixelRatioF()));
    close_->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton, nullptr, this));
}

void MessageBar::set_texts() {
    copy_->setText(tr("Copy details"));
    copy_->setToolTip(tr("Copies what is needed to report or look up the error."));
    close_->setToolTip(tr("Close this message (Esc)"));
    close_->setAccessibleName(tr("Close this message"));
}

void MessageBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::PaletteChange) {
        update_icons();
    }
}

void MessageBar::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Cancel)) {
        hide();
        return;
    }
    QFrame::keyPressEvent(event);
}

void MessageBar::paintEvent(QPaintEvent* /*event*/) {
    // The palette's own base with a touch of colour, and a line that parts it from what is below.
    const PlotColors colors = plot_colors(palette());
    const QColor accent = kind_ == Kind::error ? colors.threshold : colors.original;
    QPainter painter(this);
    painter.fillRect(rect(), mixed(accent, palette().color(QPalette::Window), 0.15F));
    painter.fillRect(QRect(0, height() - 1, width(), 1),
                     mixed(accent, palette().color(QPalette::Window), 0.5F));
    painter.fillRect(QRect(0, 0, 3, height()), accent);
}

}  // namespace headscope::ui
