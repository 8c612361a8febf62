#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <thread>

#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/survey.h"
#include "tests/checkpoint/meta_model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

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

/// The same in Meta's own layout, in two parts.
void write_large_meta_model(const fs::path& folder) {
    write_bytes(folder / "params.json", json{{"dim", 4096},
                                             {"n_layers", 32},
                                             {"n_heads", 32},
                                             {"n_kv_heads", 8},
                                             {"vocab_size", 128256},
                                             {"norm_eps", 1e-5},
                                             {"rope_theta", 500000.0}}
                                            .dump());
    std::vector<TensorSpec> tensors = tensors_of(llama3_8b());
    for (TensorSpec& tensor : tensors) {
        const bool by_columns = contains(tensor.name, "o_proj") || contains(tensor.name, "down");
        tensor.name = meta_name(tensor.name);
        if (tensor.shape.size() == 2) tensor.shape[by_columns ? 1 : 0] /= 2;
    }
    for (std::size_t part = 0; part < 2; ++part)
        write_torch_file(folder / meta_file(part), tensors);
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

    void sixteen_gigabytes_of_meta_open_at_once() {
        const QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        write_large_meta_model(folder);
        QElapsedTimer timer;
        timer.start();
        const ModelSurvey survey = survey_model(folder);
        const qint64 looking = timer.restart();
        QVERIFY(survey.checkpoint);
        QCOMPARE(survey.parameters, 8'030'261'248);
        // One matrix is put together, not the whole file.
        const TensorView q = survey.checkpoint->tensor("model.layers.0.self_attn.q_proj.weight");
        QCOMPARE(q.bytes.size(), std::size_t{4096} * 4096 * 2);
        qInfo("surveyed in %lld ms, q_proj in %lld ms", looking, timer.elapsed());
        QVERIFY(looking < 500);
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

HEADSCOPE_TEST(TestLargeCheckpoint)
#include "test_large_checkpoint.moc"
