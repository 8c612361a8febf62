#include <QTest>

#include "core/base/error.h"
#include "core/base/instruction_sets.h"
#include "tests/support/test_program.h"

using namespace headscope;

/// What the variables force.
class TestInstructionSets : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        for (const char* name : {"HEADSCOPE_CPU_ISA", "HEADSCOPE_BFLOAT16", "ONEDNN_MAX_CPU_ISA"})
            qunsetenv(name);
    }

    void the_best_by_default() {
        QCOMPARE(allowed_instruction_set(), InstructionSet::avx512);
        QCOMPARE(allowed_bfloat16_products(), BFloat16Products::fastest);
    }

    void a_lesser_set_widens_bfloat16() {
        qputenv("HEADSCOPE_CPU_ISA", "AVX2");
        QCOMPARE(allowed_instruction_set(), InstructionSet::avx2);
        QCOMPARE(allowed_bfloat16_products(), BFloat16Products::widened);
        qputenv("HEADSCOPE_CPU_ISA", "baseline");
        QCOMPARE(allowed_instruction_set(), InstructionSet::baseline);
        QCOMPARE(usable_versions<int>(nullptr, nullptr, nullptr).size(), std::size_t{1});
    }

    void onednn_is_heeded() {
        for (const char* most : {"AVX2", "SSE41", "avx2_vnni"}) {
            qputenv("ONEDNN_MAX_CPU_ISA", most);
            QCOMPARE(allowed_bfloat16_products(), BFloat16Products::widened);
        }
        for (const char* most : {"ALL", "AVX512_CORE", "AVX512_CORE_BF16"}) {
            qputenv("ONEDNN_MAX_CPU_ISA", most);
            QCOMPARE(allowed_bfloat16_products(), BFloat16Products::fastest);
        }
    }

    void other_values_are_refused() {
        qputenv("HEADSCOPE_CPU_ISA", "sse9");
        QVERIFY_EXCEPTION_THROWN(allowed_instruction_set(), std::exception);
        qunsetenv("HEADSCOPE_CPU_ISA");
        qputenv("HEADSCOPE_BFLOAT16", "yes");
        QVERIFY_EXCEPTION_THROWN(allowed_bfloat16_products(), std::exception);
    }
};

HEADSCOPE_TEST(TestInstructionSets)
#include "test_instruction_sets.moc"
