#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <stop_token>

#include "core/base/error.h"
#include "core/evaluation/prepare.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

/// A text that takes the demo's tokenizer about a second.
fs::path long_corpus(const fs::path& folder) {
    constexpr int kLines = 40'000;
    const fs::path path = folder / "long.txt";
    std::ofstream file(path);
    for (int line = 0; line < kLines; ++line) {
        file << "Line " << line << " of a text that nobody would read to its end.\n";
    }
    return path;
}

}  // namespace

class TestPrepare : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_stop_while_it_tokenizes_is_heard_at_once() {
        const QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const TextOptions options{long_corpus(folder), Protocol::gptq, 0, 0};
        std::stop_source source;
        std::future<ErrorCode> waiting = std::async(std::launch::async, [&] {
            try {
                prepare_text(checkpoint, options, folder, source.get_token());
            } catch (const Error& error) {
                return error.code();
            }
            return ErrorCode::internal;  // it ended before the stop
        });
        QTRY_VERIFY(text_preparation_goes_on());
        QTest::qWait(30);
        QElapsedTimer clock;
        clock.start();
        source.request_stop();
        QCOMPARE(waiting.get(), ErrorCode::cancelled);
        QVERIFY2(clock.elapsed() < 100, qPrintable(QString::number(clock.elapsed())));
        QVERIFY(text_preparation_goes_on());

        // The same request joins what was left, and another finds its ids in the cache.
        const std::stop_source stays;
        const PreparedText joined = prepare_text(checkpoint, options, folder, stays.get_token());
        QVERIFY(!text_preparation_goes_on());
        QVERIFY(!fs::is_empty(folder / "tokens"));
        clock.start();
        const PreparedText again = prepare_text(checkpoint, options, folder);
        QVERIFY(clock.elapsed() < 500);
        QCOMPARE(again.token_ids_sha256, joined.token_ids_sha256);
        QVERIFY(joined.token_count > 400'000);
    }

    void errors_come_through() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const std::stop_source source;
        QVERIFY(contains(
            error_of([&] {
                prepare_text(checkpoint, {"no/such/corpus.txt", {}, 0, 0}, {}, source.get_token());
            }),
            "no/such/corpus.txt"));
    }
};

HEADSCOPE_TEST(TestPrepare)
#include "test_prepare.moc"
