#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/base/file.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/logits_file.h"
#include "core/evaluation/prepare.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kWindow = 8;
constexpr std::int64_t kVocab = 11;
constexpr std::int64_t kPredictions = 3;

const json& reference() {
    static const json all = golden("logits_file.json");
    return all;
}

std::string golden_bytes() {
    const std::string digits = reference().at("file");
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
}

Windows golden_windows() {
    std::vector<std::int32_t> ids;
    for (const json& window : reference().at("tokens")) {
        for (const json& id : window)
            ids.push_back(id);
    }
    // BOS takes the place of each first token for the model, not in the file.
    return {ids, Protocol::llama_cpp, kWindow, 0, 7, kWindow, kVocab};
}

std::vector<float> row_of(const char* key, std::int64_t window, std::int64_t prediction) {
    return reference()
        .at(key)
        .at(static_cast<std::size_t>(window))
        .at(static_cast<std::size_t>(prediction))
        .get<std::vector<float>>();
}

std::string bytes_of(const fs::path& path) {
    return read_text_file(path, std::size_t{1} << 30);
}

}  // namespace

class TestLogitsFile : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void it_is_written_as_llama_perplexity_writes_it() {
        const Windows windows = golden_windows();
        LogitsWriter writer(path(), windows, kVocab);
        QVERIFY(!fs::exists(path()));
        for (const std::int64_t window : {std::int64_t{1}, std::int64_t{0}}) {
            std::vector<std::uint16_t> rows;
            for (std::int64_t i = 0; i < kPredictions; ++i) {
                std::vector<std::uint16_t> row(
                    static_cast<std::size_t>(writer.shape().row_words()));
                pack_log_probabilities(row_of("logits", window, i), row);
                rows.insert(rows.end(), row.begin(), row.end());
            }
            writer.write(window, rows);
        }
        writer.finish();
        const std::string made = bytes_of(path());
        const std::string expected = golden_bytes();
        QCOMPARE(made.size(), expected.size());
        // exp and log of another library may differ in the last bit of the two floats of a row.
        const auto header = static_cast<std::size_t>(writer.shape().header_bytes());
        QVERIFY(made.substr(0, header) == expected.substr(0, header));
        for (std::size_t at = header; at < made.size(); at += 2) {
            const bool scale = (at - header) % (2 * 16) < 8;
            if (!scale) QCOMPARE(made.substr(at, 2), expected.substr(at, 2));
        }
        for (std::size_t at = header; at < made.size(); at += 2 * 16) {
            float mine[2];
            float theirs[2];
            std::memcpy(mine, made.data() + at, sizeof mine);
            std::memcpy(theirs, expected.data() + at, sizeof theirs);
            QCOMPARE(mine[0], theirs[0]);
            QVERIFY(std::abs(mine[1] - theirs[1]) <= 1e-6F * std::abs(theirs[1]));
        }
    }

    void it_is_compared_as_llama_perplexity_compares() {
        write_file_atomically(path(), golden_bytes());
        const LogitsFile file(path());
        QCOMPARE(file.shape().window, kWindow);
        QCOMPARE(file.shape().vocab, kVocab);
        QCOMPARE(file.shape().windows, std::int64_t{2});
        const Windows windows = golden_windows();
        std::size_t place = 0;
        for (std::int64_t window = 0; window < 2; ++window) {
            QCOMPARE(file.tokens()[static_cast<std::size_t>(window * kWindow)],
                     windows.tokens_of_text(window).front());
            QCOMPARE(windows.tokens(window).front(), std::int64_t{7});
            for (std::int64_t i = 0; i < kPredictions; ++i) {
                const json& expected = reference().at("compared").at(place++);
                const auto target = windows.tokens(window)[static_cast<std::size_t>(5 + i)];
                const FileDivergence found =
                    divergence_from(file.row(window, i), row_of("other", window, i), target);
                const auto near = [&](double value, const char* key) {
                    return std::abs(value - expected.at(key).get<double>()) < 1e-5;
                };
                QVERIFY(near(found.kl, "kl"));
                QVERIFY(near(found.nll, "nll"));
                QVERIFY(near(prediction_of(file.row(window, i), target).nll, "base_nll"));
                QCOMPARE(found.same_top, expected.at("same_top").get<bool>());
            }
        }
    }

    void damaged_files_are_named() {
        const std::string whole = golden_bytes();
        const auto error = [&](const std::string& bytes) {
            write_file_atomically(path(), bytes);
            return error_of([&] { const LogitsFile file(path()); });
        };
        QVERIFY(error(whole).empty());
        QVERIFY(contains(error(whole.substr(0, whole.size() - 1)), "cut short"));
        QVERIFY(contains(error("GGUF" + whole.substr(4)), "no file of log-probabilities"));
        QVERIFY(contains(error(whole.substr(0, 12)), "no file of log-probabilities"));
        for (const std::size_t at : {std::size_t{8}, std::size_t{12}, std::size_t{16}}) {
            for (const std::uint32_t number : {0U, 0x7fffffffU, 0xffffffffU}) {
                std::string hostile = whole;
                std::memcpy(hostile.data() + at, &number, sizeof number);
                QVERIFY(contains(error(hostile), "m.kld"));
            }
        }
    }

    void nothing_is_left_of_a_file_that_was_not_finished() {
        { const LogitsWriter writer(path(), golden_windows(), kVocab); }
        QVERIFY(fs::is_empty(path().parent_path()));
        const Windows other({1, 2, 3, 4}, Protocol::gptq, 4, 0, std::nullopt, 4, kVocab);
        QVERIFY(contains(error_of([&] { const LogitsWriter writer(path(), other, kVocab); }),
                         "protocol llama.cpp"));
    }

    /// A model's own file says that it differs from itself by the file's rounding alone.
    void a_model_agrees_with_its_own_file() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const Model model = Model::load(checkpoint, {"cpu", "float32", 1, 0});
        const PreparedText text = prepare_text(checkpoint, {{}, Protocol::llama_cpp, 32, 2}, {});
        EvaluationParams params{{{}}, text.windows, {}};
        const auto writer =
            std::make_shared<LogitsWriter>(path(), *text.windows, checkpoint.config().vocab_size);
        params.keep = predictions_to_file(model, *text.windows, writer);
        const Scores plain = evaluate(model, params).scores;
        writer->finish();

        const auto file = std::make_shared<const LogitsFile>(path());
        params.keep = nullptr;
        params.divergence = true;
        params.base = predictions_of_file(file);
        const Scores compared = evaluate(model, params).scores;
        const Scores both = with_file_first(*file, compared);
        QCOMPARE(both.values.size(), std::size_t{2});
        for (std::size_t window = 0; window < 2; ++window) {
            const WindowScore& base = both.values[0][window];
            const WindowScore& own = both.values[1][window];
            QVERIFY(base.nll < own.nll + 1e-2);  // the floor of the file lifts rare targets
            QVERIFY(std::abs(own.nll - plain.values[0][window].nll) < 1e-4);
            QCOMPARE(own.tokens->kl.size(), std::size_t{15});
            for (std::size_t i = 0; i < 15; ++i) {
                QVERIFY(std::abs(own.tokens->kl[i]) < 1e-4F);
                QCOMPARE(own.tokens->same_top[i], std::uint8_t{1});
            }
        }
        const Metric* same = nullptr;
        const std::vector<Metric> metrics = both.metric_list(1);
        same = find_metric(metrics, "same_top");
        QVERIFY(same != nullptr && same->value.value == 1.0);
    }

  private:
    [[nodiscard]] fs::path path() const {
        return fs::path(temporary_->path().toStdString()) / "m.kld";
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestLogitsFile)
#include "test_logits_file.moc"
