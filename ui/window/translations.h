#pragma once

#include <QList>
#include <QString>
#include <utility>

namespace headscope::ui {

/// The languages that can be chosen: code and name, the system's (an empty code) first.
[[nodiscard]] QList<std::pair<QString, QString>> languages();

/// Installs the translations of Headscope and of Qt for a language code (empty: the system's) and
/// sets the default locale, by which numbers are shown. Replaces those of an earlier call.
void use_language(const QString& language);

}  // namespace headscope::ui
