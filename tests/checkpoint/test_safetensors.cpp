#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "core/checkpoint/formats/safetensors/safetensors_file.h"
#include "tests/checkpoint/safetensors_writer.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One entry of a header.
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
    return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape +
           R"(,"data_offsets":)" + offsets + "}";
}

std::string file_of(const std::string& entries, std::size_t data_bytes) {
    return with_header("{" + entries + "}", std::string(data_bytes, 'x'));
}

/// A length field and nothing of the header that it promises.
std::string only_length(std::uint64_t length) {
    std::string file(8, '\0');
    for (char& byte : file) {
        byte = static_cast<char>(length & 0xff);
        length >>= 8;
    }
    return file + "{}";
}

void add_row(const char* name, const std::string& file, const char* message) {
    QTest::newRow(name) << QByteArray::fromStdString(file) << QByteArray(message);
}

void add_header_rows() {
    add_row("fewer than 8 bytes", "1234567", "7 bytes, fewer than the 8");
    add_row("empty", "", "the file is empty");
    add_row("length past the end", only_length(100), "header of 100 bytes runs past the end");
    add_row("length one past the end", only_length(3), "header of 3 bytes runs past the end");
    add_row("length over 100 MB", only_length(100'000'001), "more than the 100000000");
    add_row("length 2^64-1", only_length(~std::uint64_t{0}), "18446744073709551615 bytes, more");
    add_row("length of exactly 100 MB", only_length(100'000'000), "runs past the end");
    add_row("truncated in the header", with_header("{\"a\":1}").substr(0, 12), "past the end");
    add_row("Git LFS pointer", "version https://git-lfs.github.com/spec/v1\n", "git lfs pull");
    add_row("empty header", with_header(""), "header: not valid JSON");
    add_row("not JSON", with_header("{\"a\":"), "header: not valid JSON");
    add_row("text after the JSON", with_header("{}{}"), "header: not valid JSON");
    add_row("NaN", with_header("{\"a\":NaN}"), "tensor a: described by a JSON number");
    add_row("not UTF-8", with_header("{\"a\xff\":1}"),
            "header: not valid JSON (not UTF-8 at byte 3)");
    add_row("an array", with_header("[]"), "header is a JSON array, not an object");
    add_row("null", with_header("null"), "header is a JSON null, not an object");
    add_row("deeply nested", with_header(std::string(1000, '[')), "nested more than");
    add_row("metadata not an object", with_header(R"({"__metadata__":[]})"),
            "__metadata__ is a JSON array");
    add_row("metadata not strings", with_header(R"({"__metadata__":{"step":3}})"),
            "the value of \"step\" is not a string");
    add_row("metadata twice", with_header(R"({"__metadata__":{},"__metadata__":{}})"),
            "the key \"__metadata__\" stands twice");
}

void add_tensor_rows() {
    add_row("not an object", file_of(R"("t":[1])", 0), "tensor t: described by a JSON array");
    add_row("no dtype", file_of(R"("t":{"shape":[],"data_offsets":[0,2]})", 2), "dtype is missing");
    add_row("no shape", file_of(R"("t":{"dtype":"F16","data_offsets":[0,2]})", 2),
            "tensor t: shape is missing");
    add_row("no offsets", file_of(R"("t":{"dtype":"F16","shape":[1]})", 2),
            "tensor t: data_offsets is missing");
    add_row("dtype not a string", file_of(R"("t":{"dtype":1,"shape":[],"data_offsets":[0,2]})", 2),
            "tensor t: dtype is not a string");
    add_row("unknown dtype", file_of(entry("t", "F12", "[1]", "[0,2]"), 2), "unknown dtype F12");
    add_row("dtype in small letters", file_of(entry("t", "bf16", "[1]", "[0,2]"), 2),
            "unknown dtype bf16");
    add_row("shape not an array", file_of(entry("t", "F16", "1", "[0,2]"), 2),
            "shape is not an array");
    add_row("negative shape", file_of(entry("t", "F16", "[-1]", "[0,2]"), 2),
            "tensor t: shape has the negative entry -1");
    add_row("fractional shape", file_of(entry("t", "F16", "[1.0]", "[0,2]"), 2),
            "shape has an entry that is not a whole number (1.0)");
    add_row("text in shape", file_of(entry("t", "F16", "[\"1\"]", "[0,2]"), 2),
            "shape has an entry that is not a whole number (string)");
    add_row("overflowed shape", file_of(entry("t", "F16", "[4294967296,4294967296]", "[0,0]"), 0),
            "tensor t: the size of its shape overflows");
    add_row("overflow by the dtype",
            file_of(entry("t", "F64", "[2305843009213693952]", "[0,0]"), 0), "shape overflows");
    add_row("overflow before a zero",
            file_of(entry("t", "U8", "[4294967296,4294967296,0]", "[0,0]"), 0), "shape overflows");
    add_row("shape beyond int64", file_of(entry("t", "U8", "[18446744073709551615]", "[0,0]"), 0),
            "shape overflows");
    add_row("shape beyond uint64", file_of(entry("t", "U8", "[18446744073709551616]", "[0,0]"), 0),
            "shape has an entry that is not a whole number");
    add_row("duplicate tensor",
            file_of(entry("t", "F16", "[1]", "[0,2]") + "," + entry("t", "F16", "[1]", "[0,2]"), 2),
            "the key \"t\" stands twice");
    add_row("duplicate field",
            file_of(R"("t":{"dtype":"F16","dtype":"F32","shape":[1],"data_offsets":[0,2]})", 2),
            "the key \"dtype\" stands twice");
}

void add_span_rows() {
    const auto two = [](const char* first, const char* second, std::size_t data_bytes) {
        return file_of(entry("a", "U8", "[4]", first) + "," + entry("b", "U8", "[4]", second),
                       data_bytes);
    };
    add_row("one offset", file_of(entry("t", "F16", "[1]", "[0]"), 2),
            "data_offsets is not an array of two numbers");
    add_row("three offsets", file_of(entry("t", "F16", "[1]", "[0,2,4]"), 2), "two numbers");
    add_row("negative offset", file_of(entry("t", "F16", "[1]", "[-2,0]"), 2),
            "data_offsets has the negative entry -2");
    add_row("fractional offset", file_of(entry("t", "F16", "[1]", "[0,2.5]"), 2),
            "data_offsets has an entry that is not a whole number (2.5)");
    add_row("begin after end", file_of(entry("t", "F16", "[1]", "[2,0]"), 2),
            "data_offsets end at 0, before they begin at 2");
    add_row("span too long", file_of(entry("t", "F16", "[1]", "[0,4]"), 4),
            "data_offsets span 4 bytes, but its shape and dtype take 2");
    add_row("span too short", file_of(entry("t", "F32", "[2,3]", "[0,12]"), 12),
            "data_offsets span 12 bytes, but its shape and dtype take 24");
    add_row("overlap", two("[0,4]", "[2,6]", 6), "tensor b overlaps tensor a");
    add_row("the same bytes", two("[0,4]", "[0,4]", 4), "tensor b overlaps tensor a");
    add_row("zero-size inside another",
            file_of(entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[0]", "[2,2]"), 4),
            "tensor b overlaps tensor a");
    add_row("hole", two("[0,4]", "[5,9]", 9), "a hole of 1 bytes before tensor b");
    add_row("hole at the start", two("[8,12]", "[4,8]", 12), "a hole of 4 bytes before tensor b");
    add_row("trailing bytes", two("[0,4]", "[4,8]", 11), "3 trailing bytes after the last tensor");
    add_row("data without tensors", with_header("{}", "x"), "1 trailing bytes");
    add_row("truncated data", two("[0,4]", "[4,8]", 5),
            "truncated: tensor b ends 3 bytes past the end");
    add_row("span at the end of all numbers",
            file_of(entry("t", "U8", "[1]", "[18446744073709551614,18446744073709551615]"), 1),
            "a hole of 18446744073709551614 bytes");
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void broken_files_are_named_and_explained_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("message");
        add_header_rows();
        add_tensor_rows();
        add_span_rows();
    }

    void broken_files_are_named_and_explained() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, message);
        const fs::path path = folder() / "broken.safetensors";
        write_bytes(path, bytes.toStdString());
        const std::string error = error_of([&] { SafetensorsFile file(path); });
        QVERIFY2(contains(error, message.toStdString()), error.c_str());
        QVERIFY2(error.starts_with(path.string() + ": "), error.c_str());
        const bool says_what_to_do = contains(error, "download") || contains(error, "git lfs") ||
                                     contains(error, "newer than this program");
        QVERIFY2(says_what_to_do, error.c_str());
    }

    void what_is_no_file_is_said_so() {
        const auto message = [&](const fs::path& path) {
            return error_of([&] { SafetensorsFile file(path); });
        };
        QVERIFY(contains(message(folder() / "none"), "none: no such file"));
        QVERIFY(contains(message(folder()), "a directory"));
        fs::create_symlink("gone", folder() / "dangling");
        QVERIFY(contains(message(folder() / "dangling"), "a link to a file that does not exist"));
        fs::create_symlink("loop", folder() / "loop");
        QVERIFY(contains(message(folder() / "loop"), "cannot be opened"));
        QCOMPARE(::mkfifo((folder() / "pipe").c_str(), 0600), 0);
        QVERIFY(contains(message(folder() / "pipe"), "not a regular file"));
    }

    void unreadable_files_are_said_so() {
        if (::geteuid() == 0) QSKIP("root may read every file");
        const fs::path path = folder() / "locked.safetensors";
        write_safetensors(path, {});
        fs::permissions(path, fs::perms::none);
        const std::string error = error_of([&] { SafetensorsFile file(path); });
        QVERIFY2(contains(error, "cannot be opened (Permission denied)"), error.c_str());
    }

    void reads_tensors_of_every_dtype() {
        std::vector<TensorSpec> specs;
        for (const char* dtype : {"BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "I16", "U16",
                                  "F16", "BF16", "I32", "U32", "F32", "F64", "I64", "U64", "C64"}) {
            TensorSpec spec{dtype, dtype, {2, 3}};
            spec.bytes = std::string(size_in_bytes(spec), dtype[0]);
            specs.push_back(spec);
        }
        const fs::path path = folder() / "dtypes.safetensors";
        write_safetensors(path, specs);
        const SafetensorsFile file(path);
        QCOMPARE(file.tensors().size(), specs.size());
        for (std::size_t i = 0; i < specs.size(); ++i) {
            const StoredTensor& tensor = file.tensors()[i];
            QCOMPARE(tensor.dtype, specs[i].dtype);
            QCOMPARE(tensor.shape, specs[i].shape);
            QCOMPARE(text_of(tensor.bytes), specs[i].bytes);
            const bool weight =
                tensor.dtype == "F16" || tensor.dtype == "BF16" || tensor.dtype == "F32";
            QCOMPARE(tensor.weight_dtype.has_value(), weight);
        }
        QCOMPARE(text_of(file.header()), with_header(header_of(specs)));
        QCOMPARE(text_of(file.file().bytes()), read_bytes(path));
    }

    void scalars_and_zero_sizes_are_valid() {
        const fs::path path = folder() / "small.safetensors";
        write_safetensors(path, {{"none", "F32", {0}, ""},
                                 {"scalar", "F32", {}, "abcd"},
                                 {"flat", "BF16", {3, 0, 5}, ""},
                                 {"large times zero", "F64", {0, std::int64_t{1} << 62, 4}, ""},
                                 {"overflow only in bytes", "F64", {std::int64_t{1} << 62, 0}, ""},
                                 {"last", "F16", {1}, "ef"},
                                 {"after the last", "F16", {0}, ""}});
        const SafetensorsFile file(path);
        QCOMPARE(file.tensors().size(), std::size_t{7});
        for (const StoredTensor& tensor : file.tensors()) {
            const std::string expected = tensor.name == "scalar" ? "abcd"
                                         : tensor.name == "last" ? "ef"
                                                                 : "";
            QCOMPARE(text_of(tensor.bytes), expected);
        }
        write_bytes(path, with_header("{}"));
        QVERIFY(SafetensorsFile(path).tensors().empty());
    }

    void the_header_may_be_unusual() {
        const fs::path path = folder() / "unusual.safetensors";
        // White space around the JSON, unknown fields, no alignment, and not in the order of
        // places.
        write_bytes(path,
                    with_header(" \n{" + entry("b", "U8", "[1]", "[2,3]") +
                                    R"(,"a\u00e9":{"dtype":"F16","shape":[1],"more":{"x":[1]},)" +
                                    R"("data_offsets":[0,2]},"__metadata__":{}})" + "   ",
                                "abc"));
        const SafetensorsFile file(path);
        QCOMPARE(file.tensors().size(), std::size_t{2});
        QCOMPARE(file.tensors()[0].name, std::string("a\u00e9"));
        QCOMPARE(text_of(file.tensors()[0].bytes), std::string("ab"));
        QCOMPARE(text_of(file.tensors()[1].bytes), std::string("c"));
    }

    void a_file_over_100_mb_of_header_is_not_parsed() {
        const fs::path path = folder() / "large.safetensors";
        write_bytes(path, only_length(100'000'001));
        fs::resize_file(path, 200'000'000);
        const std::string error = error_of([&] { SafetensorsFile file(path); });
        QVERIFY2(contains(error, "more than the 100000000"), error.c_str());
    }

  private:
    fs::path folder() const { return folder_.path().toStdString(); }

    QTemporaryDir folder_;
};

HEADSCOPE_TEST(TestSafetensors)
#include "test_safetensors.moc"
