#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <functional>
#include <optional>

#include <sys/stat.h>
#include <unistd.h>

#include "core/checkpoint/checkpoint.h"
#include "tests/checkpoint/meta_model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

constexpr const char* kIndex = "model.safetensors.index.json";

/// Puts something else in the place of a file.
struct Harm {
    const char* name;
    std::function<void(const fs::path& file)> do_to;
};

std::vector<Harm> harms() {
    const auto link_to = [](const char* target) {
        return [target](const fs::path& file) {
            fs::remove(file);
            fs::create_symlink(target, file);
        };
    };
    return {
        {"nothing", [](const fs::path& file) { fs::resize_file(file, 0); }},
        {"its first half",
         [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }},
        {"all but its last byte",
         [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) - 1); }},
        {"zeros",
         [](const fs::path& file) { write_bytes(file, std::string(fs::file_size(file), '\0')); }},
        {"a folder",
         [](const fs::path& file) {
             fs::remove(file);
             fs::create_directory(file);
         }},
        {"a named pipe",
         [](const fs::path& file) {
             fs::remove(file);
             if (::mkfifo(file.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
         }},
        {"a link to nothing", link_to("gone")},
        {"a link to an endless device", link_to("/dev/zero")},
        {"a link to an empty device", link_to("/dev/null")},
        {"a link to the folder", link_to(".")},
        {"a loop of links",
         [](const fs::path& file) {
             fs::remove(file);
             fs::create_symlink(file.filename().string() + ".2", file);
             fs::create_symlink(file.filename(), file.string() + ".2");
         }},
    };
}

struct Model {
    const char* name;
    std::function<void(const fs::path& folder)> write;
    std::vector<const char*> files;
};

std::vector<Model> models() {
    return {
        {"one file",
         [](const fs::path& f) { write_model(f); },
         {"config.json", "model.safetensors"}},
        {"shards",
         [](const fs::path& f) { write_sharded_model(f, 2); },
         {kIndex, "model-00002-of-00002.safetensors"}},
        {"PyTorch",
         [](const fs::path& f) {
             write_config(f, meta_config());
             write_torch_file(f / "pytorch_model.bin", random_tensors(meta_config()));
         },
         {"pytorch_model.bin"}},
        {"Meta",
         [](const fs::path& f) { write_meta_model(f, 2); },
         {"params.json", "consolidated.00.pth", "consolidated.01.pth"}},
    };
}

}  // namespace

class TestHostileFiles : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void whatever_stands_in_place_of_a_file_is_refused_data() {
        QTest::addColumn<int>("model");
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<int>("harm");
        const auto all_models = models();
        const auto all_harms = harms();
        for (std::size_t m = 0; m < all_models.size(); ++m) {
            for (const char* file : all_models[m].files) {
                for (std::size_t h = 0; h < all_harms.size(); ++h) {
                    QTest::addRow("%s: %s is %s", all_models[m].name, file, all_harms[h].name)
                        << static_cast<int>(m) << QByteArray(file) << static_cast<int>(h);
                }
            }
        }
    }

    void whatever_stands_in_place_of_a_file_is_refused() {
        QFETCH(int, model);
        QFETCH(QByteArray, file);
        QFETCH(int, harm);
        models()[static_cast<std::size_t>(model)].write(folder());
        static_cast<void>(Checkpoint::open(folder()));
        const fs::path path = folder() / file.toStdString();
        harms()[static_cast<std::size_t>(harm)].do_to(path);
        QElapsedTimer timer;
        timer.start();
        const std::string error = error_of([&] { static_cast<void>(Checkpoint::open(folder())); });
        QVERIFY2(contains(error, path.string()), error.c_str());
        QVERIFY(timer.elapsed() < 5000);
    }

    void unreadable_files_are_said_so() {
        if (::geteuid() == 0) QSKIP("root may read every file");
        for (const Model& model : models()) {
            for (const char* file : model.files) {
                temporary_.emplace();
                model.write(folder());
                fs::permissions(folder() / file, fs::perms::none);
                const std::string error =
                    error_of([&] { static_cast<void>(Checkpoint::open(folder())); });
                QVERIFY2(contains(error, "Permission denied"), error.c_str());
            }
        }
    }

    void the_model_itself_may_be_anything() {
        fs::create_symlink("loop", folder() / "loop");
        QVERIFY(contains(open_error("loop"), "symbolic links"));
        fs::create_directory_symlink("..", folder() / "up");
        QVERIFY(contains(open_error("up/up/up"), "cannot be opened"));
        fs::create_directory_symlink(".", folder() / "self");
        QVERIFY(contains(open_error("self/self/self"), "not a model folder"));
        QCOMPARE(::mkfifo((folder() / "pipe").c_str(), 0600), 0);
        QVERIFY(contains(open_error("pipe"), "not a model folder"));
        QVERIFY(contains(open_error(std::string(300, 'x')), "File name too long"));
        QVERIFY(contains(error_of([] { static_cast<void>(Checkpoint::open("/dev/zero")); }),
                         "not a model folder"));
        QVERIFY(!error_of([] { static_cast<void>(Checkpoint::open("")); }).empty());
    }

    void meta_models_open_by_paths_of_any_script_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("spaces") << QStringLiteral(" a model  with spaces ");
        QTest::newRow("Cyrillic") << QStringLiteral("модель");
        QTest::newRow("emoji") << QStringLiteral("🦙 llama");
        QTest::newRow("braces") << QStringLiteral("a'b\"{c}%n");
        QTest::newRow("line break") << QStringLiteral("a\nb");
    }

    void meta_models_open_by_paths_of_any_script() {
        QFETCH(QString, name);
        const fs::path model = folder() / name.toStdString();
        write_meta_model(model, 2);
        QCOMPARE(Checkpoint::open(model).directory(), model);
        QCOMPARE(Checkpoint::open(model / "consolidated.01.pth").directory(), model);
        write_bytes(model / "consolidated.01.pth", "PK");
        QVERIFY(contains(error_of([&] { static_cast<void>(Checkpoint::open(model)); }),
                         model.string()));
    }

    /// A name that no UTF-8 has, as old archives leave behind.
    void paths_need_not_be_utf8() {
        const fs::path model = folder() / "mod\xe8le";
        write_meta_model(model, 1);
        QCOMPARE(Checkpoint::open(model).tensor_files().size(), std::size_t{1});
        fs::remove(model / "consolidated.00.pth");
        QVERIFY(contains(error_of([&] { static_cast<void>(Checkpoint::open(model)); }),
                         "not a model folder"));
        fs::remove_all(model);  // Qt cannot
    }

  private:
    fs::path folder() const { return temporary_->path().toStdString(); }

    std::string open_error(const std::string& name) const {
        return error_of([&] { static_cast<void>(Checkpoint::open(folder() / name)); });
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestHostileFiles)
#include "test_hostile_files.moc"
