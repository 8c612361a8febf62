#include "ui/style/packaged_fonts.h"

#include <QByteArray>
#include <QtGlobal>
#include <filesystem>
#include <system_error>

#include "core/base/error.h"
#include "core/base/locations.h"

namespace headscope::ui {

void use_packaged_fonts() {
    if (qEnvironmentVariableIsSet("FONTCONFIG_FILE")) return;
    try {
        const auto settings = resources_dir() / "fonts" / "fonts.conf";
        std::error_code error;
        if (std::filesystem::exists(settings, error))
            qputenv("FONTCONFIG_FILE", QByteArray::fromStdString(settings.string()));
    } catch (const Error&) {
        // Whoever needs the resources says that they are missing.
    }
}

}  // namespace headscope::ui
