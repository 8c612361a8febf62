#include "ui/session/error_text.h"

#include <QCoreApplication>

namespace headscope::ui {

QString error_text(const Error& error) {
    const QString translated = QCoreApplication::translate("core", error.pattern().c_str());
    return QString::fromStdString(error.text_by(translated.toStdString()));
}

}  // namespace headscope::ui
