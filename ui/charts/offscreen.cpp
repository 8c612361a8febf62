#include "ui/charts/offscreen.h"

#include <QApplication>
#include <cstdio>
#include <cstdlib>

#include "ui/style/packaged_fonts.h"

namespace headscope::ui {

namespace {

/// Qt warns that it chose a folder of its own where a service or a container has no
/// XDG_RUNTIME_DIR; nothing here needs one.
void pass_on_most(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    if (text.contains(QStringLiteral("XDG_RUNTIME_DIR"))) return;
    std::fprintf(stderr, "%s\n", qPrintable(qFormatLogMessage(type, context, text)));
    if (type == QtFatalMsg) std::abort();
}

}  // namespace

OffscreenApplication::OffscreenApplication() {
    if (QCoreApplication::instance() != nullptr) return;
    // Also where there is a display: it may be one that cannot be reached, and charts look alike
    // everywhere without it.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    use_packaged_fonts();
    static int argc = 1;
    static char name[] = "headscope";
    static char* argv[] = {name, nullptr};
    const QtMessageHandler before = qInstallMessageHandler(pass_on_most);
    application_ = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(before);
}

OffscreenApplication::~OffscreenApplication() = default;

}  // namespace headscope::ui
