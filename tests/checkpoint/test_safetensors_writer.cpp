#include <QTemporaryDir>
#include <QTest>

#include "core/checkpoint/formats/safetensors/safetensors_file.h"
#include "core/checkpoint/formats/safetensors/safetensors_writer.h"
#include "tests/checkpoint/safetensors_writer.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

std::vector<StoredInfo> infos_of(const std::vector<TensorSpec>& tensors) {
    std::vector<StoredInfo> infos;
    for (const TensorSpec& tensor : tensors) {
        infos.push_back({tensor.name, tensor.dtype, tensor.shape,
                         static_cast<std::int64_t>(size_in_bytes(tensor))});
    }
    return infos;
}

const std::vector<TensorSpec>& some_tensors() {
    static const std::vector<TensorSpec> tensors{
        {"b", "BF16", {3, 2}, "abcdefghijkl"},  {"a.weight", "F32", {1}, "wxyz"},
        {"nothing", "F16", {0, 4}, ""},         {"scalar", "I64", {}, "01234567"},
        {"имя \"in quotes\"", "U8", {2}, "!?"},
    };
    return tensors;
}

}  // namespace

/// The writer against the reader, and against the writer of the tests.
class TestSafetensorsWriter : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_reader_reads_what_was_written() {
        const fs::path path = folder_.filePath(QStringLiteral("model.safetensors")).toStdString();
        const std::string header =
            safetensors_header(infos_of(some_tensors()), {{"format", "pt"}, {"by", "test"}});
        QCOMPARE(header.size() % 8, std::size_t{0});
        SafetensorsWriter writer(path, header, 12 + 4 + 8 + 2);
        for (const TensorSpec& tensor : some_tensors())
            writer.write(std::as_bytes(std::span(tensor.bytes)));
        writer.finish();

        const SafetensorsFile file(path);
        QCOMPARE(file.metadata(),
                 (std::map<std::string, std::string>{{"format", "pt"}, {"by", "test"}}));
        QCOMPARE(file.tensors().size(), some_tensors().size());
        for (const TensorSpec& wanted : some_tensors()) {
            const auto found = std::find_if(
                file.tensors().begin(), file.tensors().end(),
                [&](const StoredTensor& tensor) { return tensor.name == wanted.name; });
            QVERIFY(found != file.tensors().end());
            QCOMPARE(found->dtype, wanted.dtype);
            QCOMPARE(found->shape, wanted.shape);
            QCOMPARE(std::string(reinterpret_cast<const char*>(found->bytes.data()),
                                 found->bytes.size()),
                     wanted.bytes);
        }
    }

    /// The tests' own writer imitates the format's library.
    void the_header_is_that_of_the_format_s_library() {
        const std::vector<TensorSpec> tensors{{"x", "F32", {2, 2}}, {"y", "BF16", {5}}};
        QCOMPARE(safetensors_header(infos_of(tensors), {{"format", "pt"}}),
                 with_header(header_of(tensors)));
    }

    void missing_bytes_are_an_internal_error() {
        const fs::path path = folder_.filePath(QStringLiteral("short")).toStdString();
        SafetensorsWriter writer(path, safetensors_header({{"x", "U8", {4}, 4}}, {}), 4);
        writer.write(std::as_bytes(std::span("ab", 2)));
        QVERIFY(contains(error_of([&] { writer.finish(); }), "bytes of a safetensors file"));
    }

    void an_existing_file_is_not_overwritten() {
        const fs::path path = folder_.filePath(QStringLiteral("there")).toStdString();
        write_bytes(path, "precious");
        QVERIFY(contains(error_of([&] { SafetensorsWriter(path, "", 0); }), path.string()));
        QCOMPARE(read_bytes(path), std::string("precious"));
    }

  private:
    QTemporaryDir folder_;
};

HEADSCOPE_TEST(TestSafetensorsWriter)
#include "test_safetensors_writer.moc"
