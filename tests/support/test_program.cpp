#include "tests/support/test_program.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "core/base/openblas_kernels.h"

namespace headscope::testing {
namespace {

// Functions, because registrations of other files may come before any object of this one.
std::map<std::string, TestFactory>& tests() {
    static std::map<std::string, TestFactory> tests;
    return tests;
}

std::map<std::string, ChildFunction>& children() {
    static std::map<std::string, ChildFunction> children;
    return children;
}

/// Separate processes, because some tests limit or end their own.
int run_all() {
    int failed = 0;
    for (const auto& [name, make] : tests()) {
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedChannels);
        process.start(QCoreApplication::applicationFilePath(), {QString::fromStdString(name)});
        process.waitForFinished(-1);
        if (process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0) continue;
        std::fprintf(stderr, "FAILED: %s\n", name.c_str());
        ++failed;
    }
    return std::min(failed, 127);
}

}  // namespace

TestRegistration::TestRegistration(const char* source_file, TestFactory make) {
    tests().emplace(std::filesystem::path(source_file).stem().string(), make);
}

ChildRegistration::ChildRegistration(const char* name, ChildFunction run) {
    children().emplace(name, run);
}

int run_tests(int argc, char** argv) {
    choose_openblas_kernels();
    if (argc < 2) return run_all();
    const std::string name = argv[1];
    if (name == "--list") {
        for (const auto& [test, make] : tests())
            std::printf("%s\n", test.c_str());
        return 0;
    }
    if (name == "child" && argc > 2) {
        const auto child = children().find(argv[2]);
        if (child == children().end()) return 2;
        return child->second(std::vector<std::string>(argv + 3, argv + argc));
    }
    const auto test = tests().find(name);
    if (test == tests().end()) {
        std::fprintf(stderr, "%s: there is no test \"%s\"; --list names them\n", argv[0], argv[1]);
        return 2;
    }
    argv[1] = argv[0];
    return QTest::qExec(test->second().get(), argc - 1, argv + 1);
}

}  // namespace headscope::testing
