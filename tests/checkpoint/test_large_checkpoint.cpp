#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <thread>

#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/checkpoint/tiny_llama.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Llama 3 8B: 16 GB in bfloat16.
json llama3_8b() {
    return {
        {"model_type", "llama"},       {"hidden_size", 4096},       {"intermediate_size", 14336},
        {"num_hidden_layers", 32},     {"num_attention_heads", 32}, {"num_key_value_heads", 8},
        {"vocab_size", 128256},        {"rope_theta", 500000.0},    {"torch_dtype", "bfloat16"},
        {"rms_norm_eps", 1e-5},        {"bos_token_id", 128000},    {"eos_token_id", 128001},
        {"tie_word_embeddings", false}};
}

}  // namespace

class TestLargeCheckpoint : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void sixteen_gigabytes_open_at_once() {
        const QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        write_sharded_model(folder, 4, llama3_8b());
        QElapsedTimer timer;
        timer.start();
        const Checkpoint checkpoint = Checkpoint::open(folder);
        const qint64 opening = timer.restart();
        QCOMPARE(checkpoint.parameter_count(), 8'030'261'248);
        const std::string fingerprint = checkpoint.fingerprint();
        qInfo("opened in %lld ms, fingerprint in %lld ms", opening, timer.elapsed());
        // About 5 ms; the limit leaves room for sanitizers and a busy machine.
        QVERIFY(opening < 500);
        QCOMPARE(fingerprint.size(), std::size_t{64});
    }

    void a_fingerprint_hears_a_stop() {
        const QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        write_sharded_model(folder, 4, llama3_8b());
        const Checkpoint checkpoint = Checkpoint::open(folder);
        QElapsedTimer since_stop;
        std::stop_source source;
        const std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            since_stop.start();
            source.request_stop();
        });
        try {
            static_cast<void>(checkpoint.fingerprint(source.get_token()));
            QFAIL("it ended before the stop");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
        QVERIFY2(since_stop.elapsed() < 100, qPrintable(QString::number(since_stop.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestLargeCheckpoint)
#include "test_large_checkpoint.moc"
