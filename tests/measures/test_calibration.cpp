#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/base/locations.h"
#include "core/evaluation/corpus.h"
#include "core/evaluation/prepare.h"
#include "core/measures/calibration.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

const Checkpoint& demo() {
    static const Checkpoint checkpoint = Checkpoint::open(demo_model());
    return checkpoint;
}

fs::path write(const QTemporaryDir& folder, const char* name, const std::string& text) {
    const fs::path path = fs::path(folder.path().toStdString()) / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

}  // namespace

class TestCalibration : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_text_that_ships() {
        const CalibrationText text = prepare_calibration(demo(), {}, {}, cache_dir());
        QCOMPARE(text.record.corpus_name, "wikitext-2 calibration");
        QCOMPARE(text.record.corpus_sha256.size(), std::size_t{64});
        QCOMPARE(text.record.windows, CalibrationOptions::kDefaultWindows);
        QCOMPARE(text.record.window, 512);  // all that the demo can read
        QCOMPARE(text.windows->count(), text.record.windows);
        const CalibrationText all = prepare_calibration(demo(), {{}, 0}, {}, cache_dir());
        QVERIFY(all.windows->count() > 100);
        QCOMPARE(all.windows->tokens(3), text.windows->tokens(3));
    }

    void shares_no_line_with_the_test_split() {
        const Corpus calibration = load_corpus(wikitext2_calibration_file());
        const Corpus test = load_corpus({});
        std::istringstream lines(calibration.text);
        int looked_at = 0;
        for (std::string line; std::getline(lines, line);) {
            if (line.size() < 80) continue;  // headings may be the same
            QVERIFY2(test.text.find(line) == std::string::npos, line.c_str());
            ++looked_at;
        }
        QVERIFY(looked_at > 200);
    }

    void a_file_of_the_user() {
        const QTemporaryDir folder;
        std::string text;
        for (int i = 0; i < 500; ++i)
            text += "The quick brown fox jumps over the lazy dog. ";
        const fs::path file = write(folder, "mine.txt", text);
        const CalibrationText own = prepare_calibration(demo(), {file, 3}, {}, {});
        QCOMPARE(own.record.corpus_name, "mine.txt");
        QCOMPARE(own.record.windows, 3);
        QVERIFY(contains(
            error_of([&] {
                prepare_calibration(demo(), {folder.path().toStdString() + "/no", 3}, {}, {});
            }),
            "/no"));
    }

    void never_the_text_that_is_evaluated() {
        const QTemporaryDir folder;
        const auto refusal = [&](const fs::path& calibration, const fs::path& evaluated) {
            return error_of([&] { prepare_calibration(demo(), {calibration, 2}, evaluated, {}); });
        };
        const std::string test = load_corpus({}).text;
        QVERIFY(contains(refusal(wikitext2_test_file(), {}), "give another --calibration"));
        const fs::path part = write(folder, "part.txt", test.substr(5000, 60'000));
        QVERIFY(contains(refusal(part, {}), "part.txt"));
        // The other way round, and with other line ends.
        QVERIFY(contains(refusal(wikitext2_test_file(), part), "wiki.test.raw"));
        std::string windows;
        for (const char byte : test)
            windows += byte == '\n' ? std::string("\r\n") : std::string(1, byte);
        QVERIFY(contains(refusal(write(folder, "crlf.txt", windows), {}), "crlf.txt"));
        // The calibration text that ships may not be the corpus either.
        QVERIFY(contains(refusal({}, wikitext2_calibration_file()), "calibration.txt"));
        QCOMPARE(refusal({}, part), std::string());
    }

    void a_stop_is_heard() {
        std::stop_source source;
        source.request_stop();
        QCOMPARE(error_of([&] { prepare_calibration(demo(), {}, {}, {}, source.get_token()); }),
                 "cancelled");
    }
};

HEADSCOPE_TEST(TestCalibration)
#include "test_calibration.moc"
