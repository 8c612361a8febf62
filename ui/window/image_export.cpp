#include "ui/window/image_export.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QStandardPaths>
#include <QSvgGenerator>
#include <QTemporaryDir>

#include <qcustomplot.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace headscope::ui {
namespace {

QByteArray png_bytes(QCustomPlot& plot, int scale) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    plot.toPixmap(plot.width(), plot.height(), scale).save(&buffer, "PNG");
    return bytes;
}

QByteArray svg_bytes(QCustomPlot& plot) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(plot.size());
    generator.setViewBox(QRect(QPoint(0, 0), plot.size()));
    generator.setTitle(QStringLiteral("Headscope"));
    QCPPainter painter;
    painter.begin(&generator);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.fillRect(QRect(QPoint(0, 0), plot.size()), plot.palette().base());
    plot.toPainter(&painter, plot.width(), plot.height());
    painter.end();
    return bytes;
}

QByteArray pdf_bytes(QCustomPlot& plot) {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("plot.pdf"));
    plot.savePdf(path, plot.width(), plot.height(), QCP::epAllowCosmetic,
                 QStringLiteral("Headscope"));
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

struct Format {
    QString filter;
    QString suffix;
    int scale;
};

QList<Format> formats() {
    const QString png = QStringLiteral("png");
    return {{QObject::tr("PNG image, 2x (*.png)"), png, 2},
            {QObject::tr("PNG image, 1x (*.png)"), png, 1},
            {QObject::tr("PNG image, 3x (*.png)"), png, 3},
            {QObject::tr("PNG image, 4x (*.png)"), png, 4},
            {QObject::tr("PDF document (*.pdf)"), QStringLiteral("pdf"), 1},
            {QObject::tr("SVG drawing (*.svg)"), QStringLiteral("svg"), 1}};
}

}  // namespace

void copy_image(QCustomPlot& plot) {
    QApplication::clipboard()->setPixmap(plot.toPixmap(plot.width(), plot.height(), 2.0));
}

void save_image(QCustomPlot& plot, const QString& path, int scale) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    QByteArray bytes;
    if (suffix == QStringLiteral("png")) {
        bytes = png_bytes(plot, scale);
    } else if (suffix == QStringLiteral("svg")) {
        bytes = svg_bytes(plot);
    } else if (suffix == QStringLiteral("pdf")) {
        bytes = pdf_bytes(plot);
    } else {
        fail(ErrorCode::bad_input, "{}: images are saved as .png, .pdf or .svg; choose one of these",
             path.toStdString());
    }
    if (bytes.isEmpty()) {
        fail(ErrorCode::bad_input, "{}: the image could not be made; choose a smaller scale",
             path.toStdString());
    }
    write_file_atomically(path.toStdString(),
                          {bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

QString ask_and_save_image(QCustomPlot& plot, const QString& name, QWidget* parent) {
    QStringList filters;
    for (const Format& format : formats()) filters << format.filter;
    QString chosen = filters.front();
    const QString start =
        QDir(QStandardPaths::writableLocation(QStandardPaths::PicturesLocation)).filePath(name);
    QString path = QFileDialog::getSaveFileName(parent, QObject::tr("Save image"), start,
                                                filters.join(QStringLiteral(";;")), &chosen);
    if (path.isEmpty()) return {};
    const Format format = formats().value(filters.indexOf(chosen));
    const QString suffix = QFileInfo(path).suffix().toLower();
    const bool known = suffix == QStringLiteral("png") || suffix == QStringLiteral("pdf") ||
                       suffix == QStringLiteral("svg");
    if (!known) path += QLatin1Char('.') + format.suffix;
    save_image(plot, path, format.scale);
    return path;
}

}  // namespace headscope::ui
