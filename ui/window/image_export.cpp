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

QByteArray png_bytes(const QImage& image) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
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

DrawnImage draw_image(QCustomPlot& plot, const ImageFile& file) {
    const QString suffix = QFileInfo(file.path).suffix().toLower();
    if (suffix == QStringLiteral("png")) {
        return {file.path, plot.toPixmap(plot.width(), plot.height(), file.scale).toImage(), {}};
    }
    if (suffix == QStringLiteral("svg")) return {file.path, {}, svg_bytes(plot)};
    if (suffix == QStringLiteral("pdf")) return {file.path, {}, pdf_bytes(plot)};
    fail(ErrorCode::bad_input, "{}: images are saved as .png, .pdf or .svg; choose one of these",
         file.path.toStdString());
}

void write_image(const DrawnImage& image) {
    const QByteArray bytes = image.image.isNull() ? image.bytes : png_bytes(image.image);
    if (bytes.isEmpty()) {
        fail(ErrorCode::bad_input, "{}: the image could not be made; choose a smaller scale",
             image.path.toStdString());
    }
    write_file_atomically(image.path.toStdString(),
                          {bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

std::optional<ImageFile> ask_for_image_file(const QString& name, QWidget* parent) {
    const QList<Format> all = formats();
    QStringList filters;
    for (const Format& format : all) filters << format.filter;
    QFileDialog dialog(
        parent, QObject::tr("Save image"),
        QStandardPaths::writableLocation(QStandardPaths::PicturesLocation));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setNameFilters(filters);
    dialog.setDefaultSuffix(all.front().suffix);
    dialog.selectFile(name + QLatin1Char('.') + all.front().suffix);
    // The dialog asks before it replaces a file, so it has to know the whole name.
    QObject::connect(&dialog, &QFileDialog::filterSelected, &dialog, [&](const QString& filter) {
        const QString suffix = all.value(filters.indexOf(filter)).suffix;
        dialog.setDefaultSuffix(suffix);
        const QFileInfo chosen(dialog.selectedFiles().value(0));
        dialog.selectFile(chosen.completeBaseName() + QLatin1Char('.') + suffix);
    });
    if (dialog.exec() != QDialog::Accepted) return std::nullopt;
    return ImageFile{dialog.selectedFiles().value(0),
                     all.value(filters.indexOf(dialog.selectedNameFilter())).scale};
}

}  // namespace headscope::ui
