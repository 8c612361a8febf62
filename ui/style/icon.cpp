#include "ui/style/icon.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

#include "core/base/error.h"
#include "core/base/locations.h"

namespace headscope::ui {
namespace {

QByteArray icon_file(const QString& name) {
    try {
        QFile file(QString::fromStdString((resources_dir() / "icons").string()) + QLatin1Char('/') +
                   name + QStringLiteral(".svg"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    } catch (const Error&) {
        return {};
    }
}

void add_pixmaps(QIcon& icon, const QByteArray& svg, std::initializer_list<int> sizes,
                 QIcon::Mode mode) {
    QSvgRenderer renderer(svg);
    if (!renderer.isValid()) return;
    for (const int size : sizes) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        renderer.render(&painter);
        painter.end();
        icon.addPixmap(pixmap, mode);
    }
}

QByteArray in_color(QByteArray svg, const QColor& color) {
    return svg.replace("currentColor", color.name().toLatin1());
}

}  // namespace

QIcon action_icon(const QString& name, const QPalette& palette) {
    const QByteArray svg = icon_file(QStringLiteral("actions/") + name);
    QIcon icon;
    if (svg.isEmpty()) return icon;
    const auto sizes = {16, 20, 24, 32, 48, 64};
    add_pixmaps(icon, in_color(svg, palette.color(QPalette::ButtonText)), sizes, QIcon::Normal);
    add_pixmaps(icon, in_color(svg, palette.color(QPalette::Disabled, QPalette::ButtonText)), sizes,
                QIcon::Disabled);
    return icon;
}

QIcon application_icon() {
    QIcon icon;
    add_pixmaps(icon, icon_file(QStringLiteral("headscope")), {16, 32, 48, 64, 128, 256},
                QIcon::Normal);
    return icon;
}

}  // namespace headscope::ui
