// The main of test programs that need no window.
#include <QCoreApplication>

#include "tests/support/test_program.h"

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    return headscope::testing::run_tests(argc, argv);
}
