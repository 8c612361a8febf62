#pragma once

#include <QDBusVariant>
#include <QObject>
#include <QPalette>

namespace headscope::ui {

[[nodiscard]] QPalette light_palette();
[[nodiscard]] QPalette dark_palette();

/// Knows whether the desktop prefers dark windows: asks the settings portal of the session bus
/// (org.freedesktop.appearance, color-scheme), without waiting for it, and listens for changes.
/// Desktops that have no portal are as dark as the palette that Qt took from them.
class SystemColorScheme : public QObject {
    Q_OBJECT

  public:
    explicit SystemColorScheme(QObject* parent = nullptr);

    [[nodiscard]] bool dark() const { return dark_; }

  Q_SIGNALS:
    void changed();

  private Q_SLOTS:
    void setting_changed(const QString& space, const QString& key, const QDBusVariant& value);

  private:
    void take(const QVariant& value);

    bool dark_at_start_;  ///< of the palette that Qt took from the desktop
    bool dark_;
};

}  // namespace headscope::ui
