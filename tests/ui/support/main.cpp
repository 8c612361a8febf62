// The main of test programs that show widgets.
#include <QApplication>

#include "tests/support/test_program.h"

int main(int argc, char** argv) {
    // As QTEST_MAIN: sizes of fonts do not depend on the display.
    QCoreApplication::setAttribute(Qt::AA_Use96Dpi);
    const QApplication application(argc, argv);
    return headscope::testing::run_tests(argc, argv);
}
