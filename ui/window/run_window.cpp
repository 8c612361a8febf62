#include "ui/window/run_window.h"

#include <QApplication>
#include <QFile>
#include <QIcon>
#include <QLoggingCategory>
#include <QStandardPaths>
#include <QTimer>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/base/version.h"
#include "ui/style/appearance.h"
#include "ui/style/icon.h"
#include "ui/style/outlined_style.h"
#include "ui/style/packaged_fonts.h"
#include "ui/window/main_window.h"
#include "ui/window/translations.h"
#include "ui/window/workbench.h"

namespace headscope::ui {
namespace {

/// QT_LOGGING_RULES="headscope.start.info=true" tells how long the start took.
Q_LOGGING_CATEGORY(start_log, "headscope.start", QtWarningMsg)

/// Milliseconds since the kernel started this process, to its clock tick of 10 ms.
qint64 process_age_ms() {
    QFile stat(QStringLiteral("/proc/self/stat"));
    QFile uptime(QStringLiteral("/proc/uptime"));
    if (!stat.open(QIODevice::ReadOnly) || !uptime.open(QIODevice::ReadOnly)) return -1;
    const QByteArray line = stat.readAll();
    // The name in parentheses may hold spaces; the start time is the 20th field behind it.
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
    const double started = fields.value(19).toDouble() / 100.0;
    const double now = uptime.readAll().split(' ').value(0).toDouble();
    return qRound64((now - started) * 1000.0);
}

/// The application with one window, which is made anew when the language changes.
class WindowProgram : public QObject {
  public:
    explicit WindowProgram(const WindowOptions& options) : workbench_(settings_, results_folder()) {
        use_language(options.language.empty() ? settings_.language()
                                              : QString::fromStdString(options.language));
        connect(&scheme_, &SystemColorScheme::changed, this, [this] { apply_appearance(); });
        apply_appearance();
        show_window();
        // The window comes first, then what takes time.
        connect(window_.get(), &MainWindow::painted, this, [this, options] {
            qCInfo(start_log, "first paint %lld ms after the process began", process_age_ms());
            QTimer::singleShot(0, this, [this, options] {
                open_first(options);
                offer_tour();
            });
        });
    }

  private:
    static std::filesystem::path results_folder() {
        const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
        return std::filesystem::path(folder.toStdString()) / "runs";
    }

    void open_first(const WindowOptions& options) {
        workbench_.restore_runs();
        if (options.path.empty()) {
            workbench_.restore_model();
        } else {
            workbench_.open(QString::fromStdString(options.path));
        }
    }

    /// At the first start, and until it is closed.
    void offer_tour() {
        if (!settings_.tour_closed()) window_->start_tour();
    }

    void show_window() {
        window_ = std::make_unique<MainWindow>(workbench_);
        connect(window_.get(), &MainWindow::appearance_chosen, this, [this](Appearance chosen) {
            settings_.set_appearance(chosen);
            apply_appearance();
        });
        connect(window_.get(), &MainWindow::language_chosen, this, [this](const QString& language) {
            settings_.set_language(language);
            // Not while the menu that was chosen from still exists.
            QTimer::singleShot(0, this, [this, language] { change_language(language); });
        });
        window_->show();
    }

    void change_language(const QString& language) {
        use_language(language);
        const std::unique_ptr<MainWindow> old = std::move(window_);
        old->keep_state();
        show_window();
        connect(window_.get(), &MainWindow::painted, this, &WindowProgram::offer_tour);
    }

    void apply_appearance() {
        const Appearance chosen = settings_.appearance();
        const bool dark =
            chosen == Appearance::dark || (chosen == Appearance::system && scheme_.dark());
        QApplication::setPalette(dark ? dark_palette() : light_palette());
    }

    SettingsStore settings_;
    SystemColorScheme scheme_;
    Workbench workbench_;
    std::unique_ptr<MainWindow> window_;
};

}  // namespace

namespace {

/// Qt aborts where a platform is not there or a display cannot be reached; it prints the reasons
/// before. A program ends with a sentence and an exit code.
void end_without_platform(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    std::fprintf(stderr, "%s\n", qPrintable(qFormatLogMessage(type, context, text)));
    if (type != QtFatalMsg) return;
    std::fprintf(stderr,
                 "headscope: the window cannot be opened; set DISPLAY or WAYLAND_DISPLAY to a "
                 "display that can be reached and QT_QPA_PLATFORM to a platform of Qt, or use a "
                 "command (headscope --help)\n");
    std::fflush(stderr);
    constexpr int kDeviceOrMemory = 4;
    std::_Exit(kDeviceOrMemory);
}

}  // namespace

bool has_display() {
    const auto set = [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr && *value != '\0';
    };
    return set("DISPLAY") || set("WAYLAND_DISPLAY") || set("QT_QPA_PLATFORM");
}

int run_window(int& argc, char** argv, const WindowOptions& options) {
    QApplication::setOrganizationName(QStringLiteral("Headscope"));
    QApplication::setApplicationName(QStringLiteral("Headscope"));
    QApplication::setApplicationVersion(QLatin1String(kVersion));
    QApplication::setDesktopFileName(QStringLiteral("headscope"));
    use_packaged_fonts();
    const QtMessageHandler before = qInstallMessageHandler(end_without_platform);
    const QApplication application(argc, argv);
    qInstallMessageHandler(before);
    QApplication::setStyle(new OutlinedStyle);
    QApplication::setWindowIcon(application_icon());
    const WindowProgram program(options);
    return QApplication::exec();
}

}  // namespace headscope::ui
