#include "ui/style/appearance.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>

#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

const QString kService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString kSpace = QStringLiteral("org.freedesktop.appearance");
const QString kKey = QStringLiteral("color-scheme");

/// The portal wraps its values in one or two variants.
QVariant unwrapped(QVariant value) {
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value;
}

struct Scheme {
    QColor window, base, alternate, text, button, highlight, highlighted_text, link, border;
};

QPalette palette_of(const Scheme& scheme) {
    QPalette palette(scheme.button, scheme.window);
    palette.setColor(QPalette::Window, scheme.window);
    palette.setColor(QPalette::WindowText, scheme.text);
    palette.setColor(QPalette::Base, scheme.base);
    palette.setColor(QPalette::AlternateBase, scheme.alternate);
    palette.setColor(QPalette::Text, scheme.text);
    palette.setColor(QPalette::Button, scheme.button);
    palette.setColor(QPalette::ButtonText, scheme.text);
    palette.setColor(QPalette::BrightText, scheme.highlighted_text);
    palette.setColor(QPalette::ToolTipBase, scheme.alternate);
    palette.setColor(QPalette::ToolTipText, scheme.text);
    palette.setColor(QPalette::Highlight, scheme.highlight);
    palette.setColor(QPalette::HighlightedText, scheme.highlighted_text);
    palette.setColor(QPalette::Link, scheme.link);
    palette.setColor(QPalette::LinkVisited, scheme.link);
    palette.setColor(QPalette::Mid, scheme.border);
    QColor faint = scheme.text;
    faint.setAlphaF(0.6F);
    palette.setColor(QPalette::PlaceholderText, faint);
    // An opaque grey: styles mix it with others.
    const QColor disabled = QColor::fromRgbF((scheme.text.redF() + scheme.window.redF()) / 2,
                                             (scheme.text.greenF() + scheme.window.greenF()) / 2,
                                             (scheme.text.blueF() + scheme.window.blueF()) / 2);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, disabled);
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, scheme.border);
    return palette;
}

}  // namespace

QPalette light_palette() {
    return palette_of({QColor(0xf3f3f3), QColor(0xffffff), QColor(0xf7f7f7), QColor(0x1d1d1f),
                       QColor(0xf0f0f0), QColor(0x2f6fb2), QColor(0xffffff), QColor(0x1f5fa5),
                       QColor(0xc4c4c4)});
}

QPalette dark_palette() {
    return palette_of({QColor(0x36373a), QColor(0x1f2022), QColor(0x27282a), QColor(0xe4e4e6),
                       QColor(0x434448), QColor(0x3f7fc4), QColor(0xffffff), QColor(0x7fb4ec),
                       QColor(0x66676c)});
}

SystemColorScheme::SystemColorScheme(QObject* parent)
    : QObject(parent), dark_at_start_(is_dark(QApplication::palette())), dark_(dark_at_start_) {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                SLOT(setting_changed(QString, QString, QDBusVariant)));
    QDBusMessage call =
        QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
    call << kSpace << kKey;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this](QDBusPendingCallWatcher* done) {
                const QDBusPendingReply<QVariant> reply = *done;
                if (reply.isValid()) take(reply.value());
                done->deleteLater();
            });
}

void SystemColorScheme::setting_changed(const QString& space, const QString& key,
                                        const QDBusVariant& value) {
    if (space == kSpace && key == kKey) take(value.variant());
}

void SystemColorScheme::take(const QVariant& value) {
    constexpr uint kNoPreference = 0;  // what some desktops say for light
    constexpr uint kPreferDark = 1;
    const uint scheme = unwrapped(value).toUInt();
    const bool dark = scheme == kNoPreference ? dark_at_start_ : scheme == kPreferDark;
    if (dark == dark_) return;
    dark_ = dark;
    Q_EMIT changed();
}

}  // namespace headscope::ui
