#pragma once

#include <QObject>
#include <memory>
#include <string>
#include <vector>

namespace headscope::testing {

using TestFactory = std::unique_ptr<QObject> (*)();
using ChildFunction = int (*)(const std::vector<std::string>& arguments);

/// Adds a test class to the program. Its name is the stem of `source_file`: "test_base".
struct TestRegistration {
    TestRegistration(const char* source_file, TestFactory make);
};

/// Adds a function that a test starts as a process of its own, to kill or to measure it:
/// `PROGRAM child NAME ARGUMENTS...` with child_arguments(). Returns the exit code.
struct ChildRegistration {
    ChildRegistration(const char* name, ChildFunction run);
};

/// The main of every test program, once the application object exists.
///
///     PROGRAM                          every test class, each in a process of its own
///     PROGRAM NAME [QTest options]     one test class
///     PROGRAM --list                   their names
///
/// Returns the exit code: 0 where all passed.
int run_tests(int argc, char** argv);

}  // namespace headscope::testing

/// Takes the place of QTEST_MAIN: the tests of a folder are one program.
#define HEADSCOPE_TEST(Class)                                                  \
    static const headscope::testing::TestRegistration registration_of_##Class( \
        __FILE__, []() -> std::unique_ptr<QObject> { return std::make_unique<Class>(); });

#define HEADSCOPE_TEST_CHILD(name, function) \
    static const headscope::testing::ChildRegistration child_##function(name, function);
