#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include <sys/stat.h>

#include "core/checkpoint/formats/torch/torch_file.h"
#include "tests/checkpoint/torch_writer.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

using namespace pickle;

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A float32 storage of 6 elements: record "0" of the files below.
const std::string kBytes = "aaaabbbbccccddddeeeeffff";

std::string storage0(std::int64_t elements = 6) {
    return storage("FloatStorage", "0", elements);
}
std::string tensor0(std::int64_t offset, const std::vector<std::int64_t>& shape,
                    const std::vector<std::int64_t>& strides) {
    return tensor(storage0(), offset, shape, strides);
}
std::string good() {
    return tensor0(0, {2, 3}, {3, 1});
}

void add_row(const char* name, const std::string& data_pkl, const char* message) {
    QTest::newRow(name) << QByteArray::fromStdString(data_pkl) << QByteArray(message);
}

/// A pickle whose only entry is made by `value`.
void add_value_row(const char* name, const std::string& value, const char* message) {
    add_row(name, dictionary(text("w") + value), message);
}

void add_global_rows() {
    // What runs when a pickle of this kind is loaded by Python.
    add_row("os.system", "\x80\x02" + global("os", "system") + text("true") + "\x85R.",
            "asks for os.system,");
    add_row("posix.system", "\x80\x02" + global("posix", "system") + text("true") + "\x85R.",
            "asks for posix.system,");
    add_row("protocol 0", "cos\nsystem\n(S'true'\ntR.", "asks for os.system,");
    add_value_row("eval", global("builtins", "eval") + text("1") + "\x85R",
                  "asks for builtins.eval,");
    add_value_row("eval by STACK_GLOBAL",
                  "\x8c\x08"
                  "builtins\x8c\x04"
                  "eval\x93" +
                      text("1") + "\x85R",
                  "asks for builtins.eval,");
    add_value_row("subprocess", global("subprocess", "Popen"), "asks for subprocess.Popen,");
    add_value_row("a torch.nn class", global("torch.nn.modules.linear", "Linear") + ")\x81}b",
                  "asks for torch.nn.modules.linear.Linear,");
    add_value_row("a function of torch", global("torch", "load"), "asks for torch.load,");
    add_value_row("another rebuilder", global("torch._utils", "_rebuild_qtensor"),
                  "asks for torch._utils._rebuild_qtensor,");
    add_value_row("dotted name", global("torch", "FloatStorage.__class__"),
                  "asks for torch.FloatStorage.__class__,");
    add_value_row("INST", "(iposix\nsystem\n", "asks for posix.system,");
    add_value_row("control characters", global("\x1b[2J", "x\x07"), "asks for ?[2J.x?,");
    add_value_row("newline by STACK_GLOBAL", "\x8c\x02o\n\x8c\x01x\x93", "asks for o?.x,");
    add_row(
        "getattr in metadata",
        "\x80\x02" + no_hooks() + "}(" + text("_metadata") + global("builtins", "getattr") + "ub.",
        "asks for builtins.getattr,");
}

void add_operation_rows() {
    add_value_row("NEWOBJ", global("collections", "OrderedDict") + ")\x81", "operation NEWOBJ at");
    add_value_row("NEWOBJ_EX", global("collections", "OrderedDict") + ")}\x92", "NEWOBJ_EX");
    add_value_row("OBJ", "(" + global("collections", "OrderedDict") + "o", "operation OBJ");
    add_value_row("INST of a known name", "(icollections\nOrderedDict\n", "operation INST");
    add_value_row("extension code", "\x82\x01", "operation EXT1");
    add_value_row("extension code of 4", "\x84\x01\x02\x03\x04", "operation EXT4");
    add_value_row("persistent id of protocol 0", "Pstorage\n", "operation PERSID");
    add_value_row("POP", "N0", "operation POP");
    add_value_row("bytes", "C\x01x", "operation SHORT_BINBYTES");
    add_value_row("bytearray", "\x96" + little_endian(1, 8) + "x", "operation BYTEARRAY8");
    add_value_row("buffer", "\x97", "operation 0x97");
    add_value_row("unknown", "\xff", "operation 0xff");
    add_value_row("BUILD on a tensor", good() + "}b", "has a tensor in place of a dictionary");
    add_value_row("BUILD with a tuple", no_hooks() + ")b", "in place of attributes");
    add_value_row("REDUCE of a text", text("x") + ")R", "a text in place of a function");
    add_value_row("REDUCE of a type", global("torch", "FloatStorage") + ")R", "calls a type");
    add_value_row("OrderedDict of something",
                  global("collections", "OrderedDict") + text("x") + "\x85R",
                  "makes an OrderedDict of something");
    add_value_row("persistent text", text("x") + "Q", "in place of the place of a storage");
    add_value_row("persistent tuple of something else", "(" + text("module") + "NNNNtQ",
                  "refers to something that is no storage");
    add_value_row("persistent tuple of too much", "(" + text("storage") + "NNNNNtQ", "no storage");
    add_value_row("storage of a function",
                  "(" + text("storage") + global("collections", "OrderedDict") + text("0") +
                      text("cpu") + number(6) + "tQ",
                  "has a storage of no type");
}

void add_form_rows() {
    add_row("empty", "", "data.pkl breaks off");
    add_row("no end", "\x80\x02}", "data.pkl breaks off");
    add_row("newer protocol", "\x80\x06}.", "protocol 6, which is newer");
    add_row("nothing left", "\x80\x02.", "takes a value that is not there");
    add_row("too much left", "\x80\x02NN.", "leaves something behind");
    add_row("a mark left", "\x80\x02(}.", "leaves something behind");
    add_row("no mark", "\x80\x02}u.", "a mark that is not there");
    add_row("value below the mark", "\x80\x02N(\x85.", "takes a value that is not there");
    add_row("key without value", "\x80\x02}(" + text("w") + "u.", "a key without a value");
    add_row("SETITEM on a tuple", "\x80\x02)" + text("w") + "Ns.", "in place of a dictionary");
    add_row("APPEND on a dictionary", "\x80\x02}Na.", "in place of a list");
    add_row("memo", "\x80\x02h\x05.", "asks for a value that it never kept");
    add_row("memo of nothing", "\x80\x02q\x05.", "takes a value that is not there");
    add_row("long text", "\x80\x02X\xff\xff\xff\xff.", "breaks off");
    add_row("longest text", "\x80\x02\x8d" + little_endian(~std::uint64_t{0}, 8), "breaks off");
    add_row("long number", "\x80\x02\x8b\xff\xff\xff\x7f", "a whole number of 2147483647 bytes");
    add_row("long frame", "\x80\x04\x95" + little_endian(1U << 30, 8), "a frame that ends outside");
    add_row("endless name",
            "\x80\x02"
            "ctorch",
            "breaks off in a name");
    add_row("not UTF-8", dictionary(text("\xff") + good()), "a text that is not UTF-8");
    add_row("deep", "\x80\x02" + std::string(100'000, ']') + ".", "leaves something behind");
}

void add_content_rows() {
    add_row("a tensor alone", "\x80\x02" + good() + ".", "holds a tensor, not a dictionary");
    add_row("a list", "\x80\x02].", "holds a list, not a dictionary");
    add_row("training state", dictionary(text("epoch") + number(3)),
            "holds no tensors; choose a file that holds the model's weights");
    add_row("nested", dictionary(text("model") + "}"),
            "holds no tensors but a dictionary \"model\"; it is a training");
    add_row("numbered", dictionary(number(1) + good()), "holds no tensors; choose");
    add_row("a dictionary in itself", "\x80\x02}q\x01(" + text("x") + "h\x01u.",
            "holds no tensors but a dictionary \"x\"");
    add_row("tensor twice", dictionary(text("w") + good() + text("w") + good()),
            "has tensor w twice");
}

void add_tensor_rows() {
    add_value_row("missing record", tensor(storage("FloatStorage", "1", 6), 0, {6}, {1}),
                  "tensor w: its record archive/data/1 is missing");
    add_value_row("record by a path",
                  tensor(storage("FloatStorage", "../data.pkl", 6), 0, {6}, {1}),
                  "its record archive/data/../data.pkl is missing");
    add_value_row("record too small", tensor(storage0(7), 0, {6}, {1}),
                  "should have 28 bytes, but its record has 24");
    add_value_row("record too large", tensor(storage0(5), 0, {5}, {1}),
                  "should have 20 bytes, but its record has 24");
    add_value_row("huge storage", tensor(storage0(std::int64_t{1} << 62), 0, {6}, {1}),
                  "has a storage of 4611686018427387904 elements");
    add_value_row("past the end", tensor0(0, {7}, {1}), "7 elements from 0 on run past the end");
    add_value_row("offset past the end", tensor0(1, {2, 3}, {3, 1}),
                  "6 elements from 1 on run past the end");
    add_value_row("huge offset", tensor0(std::int64_t{1} << 62, {1}, {1}), "run past the end");
    add_value_row("offset of nothing", tensor0(7, {0}, {1}), "run past the end");
    add_value_row("negative offset", tensor0(-1, {1}, {1}), "negative number -1 as an offset");
    add_value_row("negative shape", tensor0(0, {-6}, {1}), "negative number -6 as a shape");
    add_value_row("negative stride", tensor0(0, {2}, {-1}), "negative number -1 as strides");
    add_value_row("overflow", tensor0(0, {std::int64_t{1} << 62, 4}, {4, 1}), "shape overflows");
    add_value_row(
        "overflow to nothing",
        tensor0(0, {std::int64_t{1} << 32, std::int64_t{1} << 32}, {std::int64_t{1} << 32, 1}),
        "shape overflows");
    add_value_row("transposed past the end", tensor0(0, {3, 3}, {1, 3}),
                  "9 elements from 0 on run past the end");
    add_value_row("expanded without end", tensor0(0, {std::int64_t{1} << 40}, {0}),
                  "1099511627776 elements are made of the 1 of its storage");
    add_value_row("wide steps", tensor0(0, {3}, {std::int64_t{1} << 62}), "shape overflows");
    add_value_row("strides too few", tensor0(0, {2, 3}, {1}), "shape and strides differ in length");
    add_value_row("many dimensions",
                  tensor0(0, std::vector<std::int64_t>(9, 1), std::vector<std::int64_t>(9, 1)),
                  "a tensor of 9 dimensions");
    add_value_row("shape of texts",
                  global("torch._utils", "_rebuild_tensor_v2") + "(" + storage0() + number(0) +
                      text("x") + "\x85)" + "\x89NtR",
                  "a text in place of a shape");
    add_value_row("too few arguments", global("torch._utils", "_rebuild_tensor_v2") + ")R",
                  "rebuilds a tensor from 0 arguments");
    add_value_row("parameter of nothing", global("torch._utils", "_rebuild_parameter") + "NNN\x87R",
                  "nothing in place of a parameter's tensor");
    add_value_row("unknown storage", storage("QInt8Storage", "0", 24),
                  "asks for torch.QInt8Storage,");
}

struct ZipCase {
    const char* name;
    const char* message;
    std::vector<RecordSpec> records;
};

std::vector<ZipCase> zip_cases() {
    const std::string pkl = dictionary(text("w") + good());
    const RecordSpec data_pkl{"a/data.pkl", pkl};
    const RecordSpec data{"a/data/0", kBytes};
    return {
        {"no data.pkl", "a zip archive without data.pkl", {{"a/version", "3"}, data}},
        {"no folder", "a zip archive without data.pkl", {{"data.pkl", pkl}}},
        {"two folders", "more than one data.pkl", {data_pkl, data, {"b/data.pkl", pkl}}},
        {"record twice", "its record a/data/0 stands twice", {data_pkl, data, data}},
        {"data.pkl twice", "its record a/data.pkl stands twice", {data_pkl, data_pkl, data}},
        {"compressed",
         "its record a/data/0 is compressed",
         {data_pkl, {"a/data/0", kBytes, std::nullopt, 8}}},
        {"another name in front",
         "the header of its record a/data/0 differs",
         {data_pkl, {"a/data/0", kBytes, std::nullopt, 0, "a/data/1"}}},
        {"another size in front",
         "the header of its record a/data/0 differs",
         {data_pkl, {"a/data/0", kBytes, std::nullopt, 0, "", 23}}},
        {"big-endian", "written on a big-endian machine", {data_pkl, data, {"a/byteorder", "big"}}},
    };
}

}  // namespace

class TestTorchFile : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void nothing_but_tensors_is_read_data() {
        QTest::addColumn<QByteArray>("data_pkl");
        QTest::addColumn<QByteArray>("message");
        add_global_rows();
        add_operation_rows();
        add_form_rows();
        add_content_rows();
        add_tensor_rows();
    }

    void nothing_but_tensors_is_read() {
        QFETCH(QByteArray, data_pkl);
        QFETCH(QByteArray, message);
        write_torch_file(path(), data_pkl.toStdString(), {kBytes});
        const std::string error = open_error();
        QVERIFY2(contains(error, message.toStdString()), error.c_str());
        QVERIFY2(error.starts_with(path().string() + ": "), error.c_str());
        const bool says_what_to_do = contains(error, "download") || contains(error, "save");
        const bool or_take_another = contains(error, "take a file") || contains(error, "choose");
        QVERIFY2(says_what_to_do || or_take_another, error.c_str());
    }

    void archives_that_do_not_agree_are_refused_data() {
        QTest::addColumn<int>("index");
        const auto cases = zip_cases();
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].name) << static_cast<int>(i);
    }

    void archives_that_do_not_agree_are_refused() {
        QFETCH(int, index);
        const ZipCase c = zip_cases()[static_cast<std::size_t>(index)];
        write_zip(path(), c.records);
        const std::string error = open_error();
        QVERIFY2(contains(error, c.message), error.c_str());
    }

    /// No byte of what describes the archive may be wrong without being noticed, or do harm.
    void every_changed_byte_is_harmless() {
        write_torch_file(path(), dictionary(text("w") + good()), {kBytes});
        const std::string original = read_bytes(path());
        for (std::size_t i = 0; i < original.size(); ++i) {
            for (const char change : {'\x01', '\x80', '\xff'}) {
                std::string bytes = original;
                bytes[i] ^= change;
                write_bytes(path(), bytes);
                try {
                    const TorchFile file(path());
                    for (const StoredTensor& tensor : file.tensors())
                        QCOMPARE(text_of(tensor.bytes).size(), tensor.bytes.size());
                } catch (const Error&) {
                }
            }
        }
    }

    void a_file_cut_anywhere_is_refused() {
        write_torch_file(path(), dictionary(text("w") + good()), {kBytes});
        const std::string original = read_bytes(path());
        for (std::size_t size = 0; size < original.size(); ++size) {
            write_bytes(path(), original.substr(0, size));
            QVERIFY(!open_error().empty());
        }
        write_bytes(path(), original + "x");
        QVERIFY(contains(open_error(), "no zip directory at its end"));
        write_bytes(path(), "x" + original);
        QVERIFY(contains(open_error(), "not a file of torch.save"));
    }

    void overlapping_records_are_refused() {
        write_zip(
            path(),
            {{"a/data.pkl", dictionary("")}, {"a/x", "12345678"}, {"a/y", std::string(200, 'y')}});
        std::string bytes = read_bytes(path());
        // The second record's size, where it stands in both places, reaches into the third.
        for (const char* signature : {"PK\x03\x04", "PK\x01\x02"}) {
            const std::size_t first = bytes.find(signature);
            const std::size_t at = bytes.find(signature, first + 4);
            const std::size_t sizes = at + (signature[2] == '\x03' ? 18 : 20);
            bytes.replace(sizes, 8, little_endian(100, 4) + little_endian(100, 4));
        }
        write_bytes(path(), bytes);
        const std::string error = open_error();
        QVERIFY2(contains(error, "its records a/x and a/y overlap"), error.c_str());
    }

    void other_files_are_named_for_what_they_are() {
        write_bytes(path(),
                    std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15));
        QVERIFY(contains(open_error(), "the format that PyTorch wrote before version 1.6"));
        write_bytes(path(), "version https://git-lfs.github.com/spec/v1\n");
        QVERIFY(contains(open_error(), "a Git LFS pointer"));
        write_bytes(path(), "GGUF");
        QVERIFY(contains(open_error(), "a GGUF file; give it a name"));
        write_bytes(path(), "PK\x03\x04");
        QVERIFY(contains(open_error(), "no zip directory at its end"));
        write_bytes(path(), "");
        QVERIFY(contains(open_error(), "the file is empty"));
    }

    void reads_tensors_of_every_dtype() {
        std::vector<TensorSpec> specs;
        for (const char* dtype :
             {"BOOL", "U8", "I8", "I16", "F16", "BF16", "I32", "F32", "F64", "I64", "C64"}) {
            TensorSpec spec{dtype, dtype, {2, 3}, ""};
            spec.bytes = std::string(size_in_bytes(spec), dtype[0]);
            specs.push_back(spec);
        }
        specs.push_back({"scalar", "F32", {}, "abcd"});
        specs.push_back({"none", "F32", {4, 0}, ""});
        write_torch_file(path(), specs);
        const TorchFile file(path());
        QCOMPARE(file.tensors().size(), specs.size());
        for (std::size_t i = 0; i < specs.size(); ++i) {
            const StoredTensor& tensor = file.tensors()[i];
            QCOMPARE(tensor.name, specs[i].name);
            QCOMPARE(tensor.dtype, specs[i].dtype);
            QCOMPARE(tensor.shape, specs[i].shape);
            QCOMPARE(text_of(tensor.bytes), specs[i].bytes);
        }
        QCOMPARE(text_of(file.header()), pickle_of(specs));
    }

    void tensors_may_share_a_storage() {
        write_torch_file(path(),
                         dictionary(text("all") + good() + text("part") +
                                    tensor0(3, {1, 2}, {9, 1}) + text("scalar") +
                                    tensor0(5, {}, {}) + text("none") + tensor0(6, {0, 3}, {3, 1})),
                         {kBytes});
        const TorchFile file(path());
        QCOMPARE(text_of(file.tensors()[0].bytes), kBytes);
        QCOMPARE(text_of(file.tensors()[1].bytes), std::string("ddddeeee"));
        QCOMPARE(text_of(file.tensors()[2].bytes), std::string("ffff"));
        QVERIFY(file.tensors()[3].bytes.empty());
    }

    /// What PyTorch's modules add, and newer protocols and functions.
    void reads_every_form_that_weights_have() {
        const std::string short_ordered_dict =
            "\x8c\x0b"
            "collections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94";
        const std::string parameter =
            global("torch._utils", "_rebuild_parameter") + good() + "\x88" + no_hooks() + "\x87R";
        const std::string bytes_storage = "(" + text("storage") +
                                          global("torch.storage", "UntypedStorage") + text("0") +
                                          text("cuda:0") + number(24) + "tQ";
        const std::string typed = global("torch._utils", "_rebuild_tensor_v3") + "(" +
                                  bytes_storage + number(0) + tuple({24}) + tuple({1}) + "\x89" +
                                  no_hooks() + global("torch", "float8_e4m3fn") + "tR";
        const std::string version = "}" + text("version") + "K\x01s";
        const std::string metadata =
            "}" + text("_metadata") + no_hooks() + text("") + version + "s" + "s";
        write_torch_file(path(),
                         "\x80\x04\x95" + little_endian(3, 8) + short_ordered_dict + "(" +
                             text("parameter") + parameter + text("typed") + typed + "u" +
                             metadata + "b.",
                         {kBytes});
        const TorchFile file(path());
        QCOMPARE(file.tensors().size(), std::size_t{2});
        QCOMPARE(file.tensors()[0].dtype, std::string("F32"));
        QCOMPARE(file.tensors()[0].shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(file.tensors()[1].dtype, std::string("F8_E4M3"));
        QVERIFY(!file.tensors()[1].weight_dtype);
        QCOMPARE(text_of(file.tensors()[1].bytes), kBytes);
    }

    /// Files that PyTorch itself wrote (tests/golden/make_torch_files.py): all elements count up.
    void reads_what_pytorch_writes() {
        const auto torch_file = [](const char* name) {
            return TorchFile(tests_dir() / "fixtures/torch" / name).tensors().size();
        };
        QCOMPARE(torch_file("state_dict.bin"), std::size_t{2});
        QCOMPARE(torch_file("protocol_5.bin"), std::size_t{1});
        QCOMPARE(torch_file("dtypes.bin"), std::size_t{11});
        const TorchFile views(tests_dir() / "fixtures/torch/views.bin");
        std::map<std::string, StoredTensor> tensors;
        for (const StoredTensor& tensor : views.tensors())
            tensors.emplace(tensor.name, tensor);
        QCOMPARE(tensors.size(), std::size_t{5});
        QCOMPARE(tensors["parameter"].dtype, std::string("F16"));
        QCOMPARE(tensors["base"].shape, (std::vector<std::int64_t>{4, 3}));
        QCOMPARE(tensors["rows"].bytes.data(), tensors["base"].bytes.data() + 12);
        std::vector<float> rows(6);
        QCOMPARE(tensors["rows"].bytes.size(), std::size_t{24});
        std::memcpy(rows.data(), tensors["rows"].bytes.data(), 24);
        QCOMPARE(rows, (std::vector<float>{3, 4, 5, 6, 7, 8}));
        QVERIFY(tensors["scalar"].shape.empty());
        QVERIFY(tensors["nothing"].bytes.empty());
    }

    void refuses_what_pytorch_writes_of_other_things() {
        const std::map<std::string, std::string> messages{
            {"before_1_6.bin", "the format that PyTorch wrote before version 1.6"},
            {"module.bin", "asks for torch.nn.modules.linear.Linear,"},
            {"training.bin", "holds no tensors but a dictionary"},
            {"script.bin", "is compressed, as in a TorchScript program"}};
        for (const auto& [name, message] : messages) {
            const std::string error =
                error_of([&] { TorchFile file(tests_dir() / "fixtures/torch" / name); });
            QVERIFY2(contains(error, message), error.c_str());
        }
    }

    /// A record far into a file of 5 GB, which has zip64 fields.
    void reads_beyond_4_gigabytes() {
        const std::vector<TensorSpec> specs{{"large", "BF16", {5, 1 << 29}, ""},
                                            {"small", "F32", {2}, "abcdefgh"}};
        write_torch_file(path(), specs);
        const TorchFile file(path());
        QCOMPARE(file.tensors()[0].bytes.size(), std::size_t{5} << 30);
        QCOMPARE(text_of(file.tensors()[1].bytes), std::string("abcdefgh"));
    }

  private:
    fs::path path() const { return fs::path(folder_.path().toStdString()) / "weights.pth"; }

    std::string open_error() const {
        return error_of([&] { TorchFile file(path()); });
    }

    QTemporaryDir folder_;
};

HEADSCOPE_TEST(TestTorchFile)
#include "test_torch_file.moc"
