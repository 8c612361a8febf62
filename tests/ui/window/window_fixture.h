#pragma once

#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "ui/window/main_window.h"
#include "ui/window/workbench.h"
#include "ui/window/workspace.h"

namespace headscope::testing {

inline constexpr int kPatience = 60'000;  // ms; sanitizers are slow

/// The whole window with a settings file and a results folder of its own.
struct WindowFixture {
    explicit WindowFixture(std::int64_t windows = 4)
        : settings(folder.filePath(QStringLiteral("settings.ini"))) {
        make();
        window->resize(1280, 800);  // the screen of a test may be smaller
        set_windows(windows);
    }

    ~WindowFixture() { end(); }

    /// Closes the window as a user does.
    void end() {
        if (window) window->close();
        window.reset();
        workbench.reset();
    }

    /// Starts it again with the same settings.
    void restart() {
        end();
        make();
        workbench->restore_runs();
        workbench->restore_model();
    }

    void set_windows(std::int64_t windows) const {
        ui::EvaluationSettings evaluation = workbench->evaluations().settings();
        evaluation.text.max_windows = windows;
        workbench->evaluations().set_settings(evaluation);
    }

    void open_demo() const {
        workbench->open_demo();
        QTRY_VERIFY_WITH_TIMEOUT(workbench->session().model() != nullptr, kPatience);
    }

    /// What the menu "Copy table" would copy from a panel.
    [[nodiscard]] QString workspace_text(const QString& title) const {
        for (const ui::Panel& panel : window->workspace().panels()) {
            if (panel.title == title) return panel.table();
        }
        return {};
    }

    template <typename Widget>
    [[nodiscard]] Widget& find(const QString& name = {}) const {
        Widget* const found = window->findChild<Widget*>(name);
        Q_ASSERT(found != nullptr);
        return *found;
    }

    QTemporaryDir folder;
    ui::SettingsStore settings;
    std::unique_ptr<ui::Workbench> workbench;
    std::unique_ptr<ui::MainWindow> window;

  private:
    void make() {
        workbench = std::make_unique<ui::Workbench>(
            settings, (folder.path() + QStringLiteral("/runs")).toStdString());
        window = std::make_unique<ui::MainWindow>(*workbench);
        window->show();
    }
};

}  // namespace headscope::testing
