#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <optional>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/output_file.h"
#include "core/base/staged_folder.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

std::string get(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

class TestStagedFolder : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void it_appears_when_it_is_committed() {
        const fs::path target = root() / "new" / "model";
        StagedFolder staged(target);
        OutputFile file(staged.path() / "a");
        file.write("text");
        file.finish();
        QVERIFY(!fs::exists(target));
        staged.commit(false);
        QCOMPARE(get(target / "a"), std::string("text"));
        QCOMPARE(entries(root() / "new"), std::size_t{1});
    }

    void without_a_commit_nothing_stays() {
        const fs::path target = root() / "model";
        {
            const StagedFolder staged(target);
            put(staged.path() / "a", "half");
        }
        QCOMPARE(entries(root()), std::size_t{0});
    }

    void an_empty_folder_may_be_there() {
        const fs::path target = root() / "model";
        fs::create_directories(target);
        StagedFolder::check_target(target, false);
        StagedFolder staged(target);
        put(staged.path() / "a", "text");
        staged.commit(false);
        QCOMPARE(get(target / "a"), std::string("text"));
    }

    void what_may_not_be_replaced_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("replace");
        QTest::addColumn<QString>("text");
        QTest::newRow("a file") << QString() << true << QStringLiteral("a file is there already");
        QTest::newRow("not empty") << QStringLiteral("old") << false << QStringLiteral("--force");
        QTest::newRow("folders inside")
            << QStringLiteral("inner/old") << true << QStringLiteral("there are folders in it");
    }
    void what_may_not_be_replaced() {
        QFETCH(QString, file);
        QFETCH(bool, replace);
        QFETCH(QString, text);
        const fs::path target = root() / "model";
        const fs::path old = file.isEmpty() ? target : target / file.toStdString();
        put(old, "precious");
        const auto check = [&] { StagedFolder::check_target(target, replace); };
        QVERIFY2(contains(error_of(check), text.toStdString()), error_of(check).c_str());
        // The same where it came in between.
        const auto commit = [&] {
            StagedFolder staged(target);
            staged.commit(replace);
        };
        QVERIFY(contains(error_of(commit), text.toStdString()));
        QCOMPARE(get(old), std::string("precious"));
        QCOMPARE(entries(root()), std::size_t{1});
    }

    void an_old_folder_is_replaced_data() {
        QTest::addColumn<bool>("exchange");
        QTest::newRow("in one step") << true;
        QTest::newRow("moved aside") << false;
    }
    void an_old_folder_is_replaced() {
        QFETCH(bool, exchange);
        const fs::path target = root() / "model";
        put(target / "old", "old");
        StagedFolder staged(target);
        put(staged.path() / "new", "new");
        staged.commit(
            true, exchange ? StagedFolder::Replace::exchange : StagedFolder::Replace::move_aside);
        QCOMPARE(get(target / "new"), std::string("new"));
        QVERIFY(!fs::exists(target / "old"));
        QCOMPARE(entries(root()), std::size_t{1});
    }

    void what_a_killed_process_left_goes_away() {
        const fs::path left = root() / ".model.headscope-1-0.tmp";
        put(left / "half", "half");
        put(root() / ".models.headscope-1-0.tmp" / "x", "of another target");
        const StagedFolder staged(root() / "model");
        QVERIFY(!fs::exists(left));
        QVERIFY(fs::exists(root() / ".models.headscope-1-0.tmp"));
    }

    void what_a_living_process_fills_stays() {
        const fs::path busy = root() / ".model.headscope-1-0.tmp";
        put(busy / "half", "half");
        const int folder = ::open(busy.c_str(), O_RDONLY | O_DIRECTORY);
        QCOMPARE(::flock(folder, LOCK_EX), 0);
        { const StagedFolder staged(root() / "model"); }
        QVERIFY(fs::exists(busy));
        ::close(folder);
        { const StagedFolder staged(root() / "model"); }
        QVERIFY(!fs::exists(busy));
    }

    /// Killed between the two steps that put the new one in its place.
    void an_old_folder_that_was_moved_aside_comes_back() {
        const fs::path old = root() / ".model.headscope-1-1.old";
        put(old / "a", "old");
        { const StagedFolder staged(root() / "model"); }
        QCOMPARE(get(root() / "model" / "a"), std::string("old"));
        put(old / "a", "older");
        { const StagedFolder staged(root() / "model"); }
        QCOMPARE(get(root() / "model" / "a"), std::string("old"));
        QVERIFY(!fs::exists(old));
    }

    void links_are_followed() {
        const fs::path real = root() / "real";
        fs::create_directories(real);
        fs::create_directory_symlink(real, root() / "link");
        QCOMPARE(StagedFolder::resolve(root() / "link"), fs::canonical(real));
        QCOMPARE(StagedFolder::resolve(root() / "link" / "new/"), fs::canonical(real) / "new");
        fs::create_directory_symlink(root() / "nowhere", root() / "dangling");
        QVERIFY(
            contains(error_of([&] { StagedFolder::resolve(root() / "dangling"); }), "dangling"));
    }

    void long_names_work() {
        const fs::path target = root() / std::string(250, 'n');
        StagedFolder staged(target);
        staged.commit(false);
        QVERIFY(fs::exists(target));
    }

    void a_folder_that_cannot_be_written_to_is_named() {
        put(root() / "file", "x");
        QVERIFY(contains(error_of([&] { StagedFolder(root() / "file" / "model"); }), "file"));
    }

    void an_existing_file_is_not_overwritten() {
        put(root() / "there", "precious");
        QVERIFY(contains(error_of([&] { OutputFile file(root() / "there"); }), "there"));
        QCOMPARE(get(root() / "there"), std::string("precious"));
    }

    /// A limit on the size of files stands for a full disk.
    void a_file_that_does_not_fit_is_told() {
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{1000, before.rlim_max};
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &small);
        const std::string error = error_of([&] {
            OutputFile file(root() / "large");
            file.write(std::string(5000, 'x'));
        });
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY2(contains(error, "large: could not be written"), error.c_str());
    }

  private:
    [[nodiscard]] fs::path root() const { return temporary_->path().toStdString(); }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestStagedFolder)
#include "test_staged_folder.moc"
