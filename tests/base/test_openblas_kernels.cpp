#include <QTest>

#include "core/base/openblas_kernels.h"
#include "tests/support/test_program.h"

using namespace headscope;

class TestOpenblasKernels : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        qunsetenv("HEADSCOPE_CPU_ISA");
        qunsetenv("OPENBLAS_CORETYPE");
    }

    /// Names that OpenBLAS knows, of cores that have what the processor has and is allowed.
    void kernels_follow_the_instruction_set() {
#if defined(__x86_64__)
        QCOMPARE(openblas_core() == "SKYLAKEX", __builtin_cpu_supports("avx512vl") != 0);
        qputenv("HEADSCOPE_CPU_ISA", "avx2");
        const std::string lesser = openblas_core();
        QCOMPARE(lesser == "HASWELL" || lesser == "ZEN", __builtin_cpu_supports("avx2") != 0);
        qputenv("HEADSCOPE_CPU_ISA", "baseline");
#endif
        QVERIFY(openblas_core().empty());
    }

    void the_user_s_choice_stays() {
        qputenv("OPENBLAS_CORETYPE", "NEHALEM");
        choose_openblas_kernels();
        QCOMPARE(qgetenv("OPENBLAS_CORETYPE"), QByteArray("NEHALEM"));
        qunsetenv("OPENBLAS_CORETYPE");
        choose_openblas_kernels();
        QCOMPARE(qgetenv("OPENBLAS_CORETYPE").toStdString(), openblas_core());
    }
};

HEADSCOPE_TEST(TestOpenblasKernels)
#include "test_openblas_kernels.moc"
