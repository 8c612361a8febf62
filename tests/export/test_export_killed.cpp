#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <optional>

#include "tests/export/exported_model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

constexpr int kNever = -1;

/// What the child does: saves the merged model and ends by SIGKILL before a step. Its arguments:
/// source, target, the step, whether to replace what is there.
int save_until(const std::vector<std::string>& arguments) {
    const fs::path source = arguments.at(0);
    const fs::path target = arguments.at(1);
    const int last = std::stoi(arguments.at(2));
    const Checkpoint checkpoint = Checkpoint::open(source);
    ExportParams params;
    params.plan = plan_of(checkpoint, {{0, 3, 0.9}}, {{1, 2, 0.9}});
    params.output_dir = target;
    params.force = arguments.at(3) == "1";
    params.program_version = "test";
    int steps = 0;
    params.system.before_step = [&] {
        if (steps++ == last) ::raise(SIGKILL);
    };
    export_checkpoint(checkpoint, params);
    return 0;
}

HEADSCOPE_TEST_CHILD("save_until", save_until)

}  // namespace

/// Processes that are killed in the middle of a save.
class TestExportKilled : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        temporary_.emplace();
        write_tiny_model(source(), small_config(6));
        write_bytes(source() / "tokenizer.json", "{}");
    }

    void no_half_model_at_the_target() {
        int step = 0;
        for (; step < 200; step += 1 + step / 4) {
            if (!killed_at(step, false)) break;
            QVERIFY(!fs::exists(target()));
            QCOMPARE(names_in(root()).size(), std::size_t{2});  // the source and what was left
        }
        QVERIFY(step > 20);
        // The last child finished, and took away what those before it had left.
        QCOMPARE(names_in(root()), (std::vector<std::string>{"saved", "source"}));
        Checkpoint::open(target());
    }

    void an_old_model_stays_until_the_new_one_is_whole() {
        fs::create_directories(target());
        write_bytes(target() / "old", "precious");
        int step = 0;
        for (; step < 200; step += 7) {
            if (!killed_at(step, true)) break;
            QCOMPARE(names_in(target()), std::vector<std::string>{"old"});
        }
        QVERIFY(step > 20);
        QVERIFY(!fs::exists(target() / "old"));
        Checkpoint::open(target());
        QCOMPARE(names_in(root()), (std::vector<std::string>{"saved", "source"}));
    }

    /// Killed from outside, at any moment of what the system does.
    void killed_at_any_time() {
        for (int milliseconds = 0; milliseconds < 400; milliseconds += 80) {
            QProcess child;
            start(child, kNever, false);
            QVERIFY(child.waitForStarted());
            QTest::qSleep(milliseconds);
            child.kill();
            child.waitForFinished();
            if (fs::exists(target())) Checkpoint::open(target());
            fs::remove_all(target());
        }
        QVERIFY(!killed_at(kNever, false));
        QCOMPARE(names_in(root()), (std::vector<std::string>{"saved", "source"}));
    }

  private:
    [[nodiscard]] fs::path root() const { return temporary_->path().toStdString(); }
    [[nodiscard]] fs::path source() const { return root() / "source"; }
    [[nodiscard]] fs::path target() const { return root() / "saved"; }

    void start(QProcess& child, int step, bool force) const {
        child.setProcessChannelMode(QProcess::ForwardedChannels);
        child.start(
            QCoreApplication::applicationFilePath(),
            {QStringLiteral("child"), QStringLiteral("save_until"),
             QString::fromStdString(source().string()), QString::fromStdString(target().string()),
             QString::number(step), QString::number(force ? 1 : 0)});
    }

    /// False where the child finished before that step.
    [[nodiscard]] bool killed_at(int step, bool force) const {
        QProcess child;
        start(child, step, force);
        if (!child.waitForFinished(60'000)) qFatal("the child does not end");
        if (child.exitStatus() == QProcess::CrashExit) return true;
        if (child.exitCode() != 0) qFatal("the child failed");
        return false;
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestExportKilled)
#include "test_export_killed.moc"
