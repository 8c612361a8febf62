#include <QCoreApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

#include "core/export/export.h"
#include "tests/benchmarks/llama_shape.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
namespace fs = std::filesystem;

namespace {

/// The matrices of Llama 3.1 8B, but only two layers of them. HEADSCOPE_EXPORT_LAYERS=32 saves the
/// whole model: 16 GB.
int layers() {
    const int wanted = qEnvironmentVariableIntValue("HEADSCOPE_EXPORT_LAYERS");
    return wanted > 0 ? wanted : 2;
}

/// As the command does it: similarity, plan, save. Returns the exit status.
int save(const std::vector<std::string>& arguments) {
    const Checkpoint checkpoint = Checkpoint::open(arguments.at(0));
    const auto matrices = compute_similarity(checkpoint, {}, {}, {});
    ExportParams params;
    params.plan = make_merge_plan(matrices, checkpoint.config(),
                                  {0.97, Grouping::components, KvPolicy::average});
    params.output_dir = arguments.at(1);
    const ExportResult result = export_checkpoint(checkpoint, params);
    return result.changed_tensors.size() >= static_cast<std::size_t>(layers()) ? 0 : 3;
}

HEADSCOPE_TEST_CHILD("save", save)

}  // namespace

/// A model passes through: what the process holds does not grow with it.
class TestExportMemory : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void much_less_than_the_model() {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        LlamaShape shape = kLlama31_8B;
        shape.num_hidden_layers = layers();
        if (shape.num_hidden_layers < 32) shape.vocab_size /= 2;
        // Only query weights are not zero, so that a sparse file takes little room on the disk.
        make_llama_folder(root / "source", shape, [&](auto name, std::span<std::byte> bytes) {
            if (name.find("q_proj") == std::string_view::npos) return;
            const std::size_t head =
                bytes.size() / static_cast<std::size_t>(shape.num_attention_heads);
            for (std::size_t i = 0; i < static_cast<std::size_t>(shape.num_attention_heads); ++i) {
                // Heads by fours nearly the same: a hundredth is their own.
                const auto block = bytes.subspan(i * head, head);
                fill_random(block, shape.dtype, i / 4);
                fill_random(block.first(head / 100 / 4 * 4), shape.dtype, 1000 + i);
            }
        });
        QElapsedTimer timer;
        timer.start();
        QProcess child;
        child.setProcessChannelMode(QProcess::ForwardedChannels);
        child.start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("child"), QStringLiteral("save"),
                     QString::fromStdString((root / "source").string()),
                     QString::fromStdString((root / "target").string())});
        QVERIFY(child.waitForFinished(1'800'000));
        QCOMPARE(child.exitStatus(), QProcess::NormalExit);
        QCOMPARE(child.exitCode(), 0);
        rusage usage{};
        ::getrusage(RUSAGE_CHILDREN, &usage);
        const std::int64_t peak = std::int64_t{usage.ru_maxrss} * 1024;
        const auto model =
            static_cast<std::int64_t>(fs::file_size(root / "target/model.safetensors"));
        qInfo("%.2f GB saved in %.1f s, at most %.0f MB of memory",
              static_cast<double>(model) / 1e9, static_cast<double>(timer.elapsed()) / 1e3,
              static_cast<double>(peak) / 1e6);
        QVERIFY(model > 1'900'000'000);
        QVERIFY(peak < 1'000'000'000);
    }
};

HEADSCOPE_TEST(TestExportMemory)

#include "test_export_memory.moc"
