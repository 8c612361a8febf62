#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <optional>

#include "core/checkpoint/checkpoint.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/support/test_program.h"

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

    /// A merge changes a few heads in the middle of a file and nothing else.
    void a_change_anywhere_in_a_small_file_shows() {
        write_model(folder());
        const fs::path file = folder() / "model.safetensors";
        const std::string original = Checkpoint::open(folder()).fingerprint();
        const std::string bytes = read_bytes(file);
        for (const std::size_t back : {std::size_t{3}, bytes.size() / 4, bytes.size() / 3}) {
            std::string changed = bytes;
            changed[bytes.size() - back] ^= '\1';
            write_bytes(file, changed);
            QVERIFY(Checkpoint::open(folder()).fingerprint() != original);
        }
    }

    void samples_large_files_to_their_end() {
        json config = tiny_config();
        config["vocab_size"] = 1'500'000;
        write_model(folder(), config);  // 72 MB
        const fs::path file = folder() / "model.safetensors";
        const std::string original = Checkpoint::open(folder()).fingerprint();
        std::string bytes = read_bytes(file);
        QVERIFY(bytes.size() > (std::size_t{64} << 20));
        bytes.back() = '\1';
        write_bytes(file, bytes);
        QVERIFY(Checkpoint::open(folder()).fingerprint() != original);
    }

  private:
    fs::path folder() const { return temporary_->path().toStdString(); }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestFingerprint)
#include "test_fingerprint.moc"
