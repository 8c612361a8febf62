#include <QTest>
#include <string>

#include "core/base/gzip.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

/// gzip.compress(b"one\n", mtime=0) of Python.
const std::string kOne(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\xcf\x4b\xe5\x02\x00\x9f\xa8\x17\xf8\x04\x00\x00"
    "\x00",
    24);

std::string refusal(const std::string& bytes, std::size_t max_bytes = 100) {
    return error_of([&] { unpack_gzip(bytes, max_bytes, "file.gz"); });
}

}  // namespace

class TestGzip : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void members_follow_one_another() {
        QVERIFY(is_gzip(kOne));
        QVERIFY(!is_gzip("one\n"));
        QCOMPARE(unpack_gzip(kOne, 4, "file.gz"), std::string("one\n"));
        QCOMPARE(unpack_gzip(kOne + kOne, 100, "file.gz"), std::string("one\none\n"));
        // Tapes pad with zero bytes.
        QCOMPARE(unpack_gzip(kOne + std::string(512, '\0'), 100, "file.gz"), std::string("one\n"));
    }

    void what_ends_too_early_is_named() {
        for (std::size_t bytes = 2; bytes < kOne.size(); ++bytes) {
            const std::string error = refusal(kOne.substr(0, bytes));
            QVERIFY2(contains(error, "file.gz: the gzip file ends too early"), error.c_str());
        }
    }

    void damage_is_found() {
        std::string checksum = kOne;
        checksum[16] = static_cast<char>(checksum[16] ^ 1);
        QVERIFY(contains(refusal(checksum), "file.gz: the gzip file is damaged"));
        QVERIFY(contains(refusal(kOne + "text"), "the gzip file is damaged after 4 bytes"));
    }

    void the_size_is_bounded() {
        QVERIFY(contains(refusal(kOne, 3), "unpacks to more than the 3 bytes"));
        QVERIFY(contains(refusal(kOne + kOne, 7), "unpacks to more than the 7 bytes"));
    }
};

HEADSCOPE_TEST(TestGzip)
#include "test_gzip.moc"
