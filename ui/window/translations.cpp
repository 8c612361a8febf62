#include "ui/window/translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/locations.h"

namespace headscope::ui {
namespace {

/// Where the program's own translations lie; empty where resources are missing.
QString translations_folder() {
    try {
        return QString::fromStdString((resources_dir() / "translations").string());
    } catch (const Error&) {
        return {};
    }
}

}  // namespace

QList<std::pair<QString, QString>> languages() {
    return {
        {QString(), QCoreApplication::translate("headscope::ui::MainWindow", "&System language")},
        {QStringLiteral("en"), QStringLiteral("English")},
        {QStringLiteral("ru"), QStringLiteral("Русский")}};
}

void use_language(const QString& language) {
    static std::vector<std::unique_ptr<QTranslator>> installed;
    for (const auto& translator : installed)
        QCoreApplication::removeTranslator(translator.get());
    installed.clear();
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    QLocale::setDefault(locale);
    const auto install = [&](const QString& name, const QString& folder) {
        auto translator = std::make_unique<QTranslator>();
        // English too has a file, for its plural forms; it also serves languages that have none.
        if (!translator->load(locale, name, QStringLiteral("_"), folder) &&
            !translator->load(name + QStringLiteral("_en"), folder)) {
            return;
        }
        QCoreApplication::installTranslator(translator.get());
        installed.push_back(std::move(translator));
    };
    install(QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install(QStringLiteral("headscope"), translations_folder());
    install(QStringLiteral("core"), translations_folder());
}

}  // namespace headscope::ui
