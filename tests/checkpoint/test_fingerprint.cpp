#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <optional>

#include "core/checkpoint/checkpoint.h"
#include "tests/checkpoint/tiny_llama.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

class TestFingerprint : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void does_not_depend_on_the_place() {
        write_sharded_model(folder() / "one", 2);
        write_sharded_model(folder() / "two", 2);
        const std::string one = Checkpoint::open(folder() / "one").fingerprint();
        QCOMPARE(one.size(), std::size_t{64});
        QCOMPARE(Checkpoint::open(folder() / "two").fingerprint(), one);
    }

    void tells_models_apart() {
        write_model(folder());
        const auto fingerprint = [&] { return Checkpoint::open(folder()).fingerprint(); };
        const std::string original = fingerprint();

        const fs::path file = folder() / "model.safetensors";
        std::string bytes = read_bytes(file);
        bytes.back() = '\1';
        write_bytes(file, bytes);
        const std::string other_weight = fingerprint();
        QVERIFY(other_weight != original);

        json config = tiny_config();
        config["rms_norm_eps"] = 1e-5;
        write_config(folder(), config);
        QVERIFY(fingerprint() != other_weight);
        QVERIFY(fingerprint() != original);
    }

    void samples_large_files_to_their_end() {
        json config = tiny_config();
        config["vocab_size"] = 200'000;
        write_model(folder(), config);  // 9.6 MB
        const fs::path file = folder() / "model.safetensors";
        const std::string original = Checkpoint::open(folder()).fingerprint();
        std::string bytes = read_bytes(file);
        QVERIFY(bytes.size() > 8'000'000);
        bytes.back() = '\1';
        write_bytes(file, bytes);
        QVERIFY(Checkpoint::open(folder()).fingerprint() != original);
    }

  private:
    fs::path folder() const { return temporary_->path().toStdString(); }

    std::optional<QTemporaryDir> temporary_;
};

QTEST_GUILESS_MAIN(TestFingerprint)
#include "test_fingerprint.moc"
