#include <QTest>
#include <vector>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;

/// SentencePiece and libtorch each bring a protobuf, and linked into one program they crash: the
/// module has to keep them apart.
class TestSentencePieceBesideTorch : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void both_work_in_one_program() {
        QCOMPARE(at::ones({8, 8}).matmul(at::ones({8, 8})).sum().item<double>(), 512.0);

        auto first = read_json_file(tests_dir() / "golden" / "demo.json")
                         .at("first_ids")
                         .get<std::vector<std::int32_t>>();
        first.erase(first.begin());  // BOS
        const auto tokenizer = open_tokenizer(demo_dir());
        auto ids = tokenizer->encode(joined_corpus());
        QVERIFY(ids.size() > first.size());
        ids.resize(first.size());
        QCOMPARE(ids, first);

        QCOMPARE(at::ones({8, 8}).matmul(at::ones({8, 8})).sum().item<double>(), 512.0);
    }
};

HEADSCOPE_TEST(TestSentencePieceBesideTorch)
#include "test_sentencepiece_beside_torch.moc"
