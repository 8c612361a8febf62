#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/mount.h>
#include <sys/resource.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/base/sha256.h"
#include "core/base/utf8.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using headscope::testing::error_of;
namespace fs = std::filesystem;

namespace {

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

class TestBase : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void sha256_of_known_texts() {
        // FIPS 180-4 examples.
        QCOMPARE(sha256_hex("abc"),
                 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        Sha256 pieces;
        pieces.update(std::string_view("a"));
        pieces.update(std::string_view("bc"));
        QCOMPARE(pieces.hex_digest(), sha256_hex("abc"));
    }

    void json_rejects_what_readers_hide() {
        QCOMPARE(parse_json(R"({"a":[1,{"b":2}]})", "f").at("a").at(1).at("b").get<int>(), 2);
        const auto text_of = [](std::string_view text) {
            return error_of([&] { parse_json(text, "file.json"); });
        };
        QCOMPARE(text_of(R"({"a":1,"a":2})"),
                 "file.json: the key \"a\" stands twice in one object");
        QVERIFY(text_of(R"({"o":{"x":1},"p":{"x":1}})").empty());
        QVERIFY(text_of("{").find("not valid JSON") != std::string::npos);
        QVERIFY(text_of("{} x").find("not valid JSON") != std::string::npos);
        QVERIFY(text_of(std::string(100, '[')).find("nested more than") != std::string::npos);
        for (const char* bad : {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
                                "\"\xf4\x90\x80\x80\"", "\"\xe2\x82"}) {
            QVERIFY2(text_of(bad).find("not UTF-8 at byte") != std::string::npos, bad);
        }
        QVERIFY(text_of("\"\xd0\x96 \xe2\x82\xac \xf0\x9f\x98\x80\"").empty());
    }

    void json_is_read_as_python_reads_it() {
        const auto read = [](std::string_view text) { return parse_json(text, "file.json"); };
        QCOMPARE(read("1000000000000000019884624838656").get<double>(), 1e30);
        QCOMPARE(read("-9223372036854775809").get<double>(), -9223372036854775808.0);
        QCOMPARE(read("18446744073709551615").get<std::uint64_t>(), 18446744073709551615u);
        QVERIFY(std::isnan(read(R"({"a":NaN})").at("a").get<double>()));
        constexpr double infinity = std::numeric_limits<double>::infinity();
        QCOMPARE(read("[0.0, Infinity]").at(1).get<double>(), infinity);
        QCOMPARE(read("-Infinity").get<double>(), -infinity);
        QCOMPARE(read("1e400").get<double>(), infinity);
        QCOMPARE(read("-" + std::string(400, '9')).get<double>(), -infinity);
        QCOMPARE(read("\xEF\xBB\xBF[1]").at(0).get<int>(), 1);
        const auto mixed = read("{\"n\":NaN,\"t\":\"a \\\"NaN, Infinity\\\"\",\"x\":[1]}");
        QCOMPARE(mixed.at("t").get<std::string>(), std::string("a \"NaN, Infinity\""));
        QCOMPARE(mixed.at("x").at(0).get<int>(), 1);
        QCOMPARE(read("\"\\ud83d\\ude00 \\ud83d.\"").get<std::string>(),
                 std::string("\xf0\x9f\x98\x80 \xef\xbf\xbd."));
        const std::string_view keys = R"({"b":-Infinity,"a":1})";
        QCOMPARE(parse_ordered_json(keys, "f").begin().key(), std::string("b"));
    }

    void what_is_not_json_is_named() {
        const auto text_of = [](std::string_view text) {
            return error_of([&] { parse_json(text, "f.json"); });
        };
        const auto says = [&](std::string_view text, std::string_view words) {
            const std::string said = text_of(text);
            return said.starts_with("f.json: not valid JSON (") &&
                   said.find(words) != std::string::npos &&
                   said.find("exception") == std::string::npos;
        };
        QVERIFY(says("", "it is empty"));
        QVERIFY(says(" \n", "it is empty"));
        QVERIFY(says(std::string(100, '\0'), "zero bytes only"));
        QVERIFY(says("version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"));
        QVERIFY(says("\n<!DOCTYPE html><html>", "an HTML page"));
        QVERIFY(says("<?xml version=\"1.0\"?>", "an XML or HTML text"));
        QVERIFY(says(std::string_view("GGUF\3\0\0\0", 8), "a GGUF file"));
        QVERIFY(says("PK\x03\x04", "a zip archive"));
        QVERIFY(says(std::string_view("\xFF\xFE{\0", 4), "UTF-16"));
        QVERIFY(says(std::string_view("\x20\0\0\0\0\0\0\0{\"a\"", 12), "safetensors"));
        QVERIFY(says("{\"a\": [1, 2", "it ends in the middle"));
        QVERIFY(says("{\"a\": 1,\n \"b\": nan}", "line 2, byte 8"));
        QVERIFY(says("{\"a\": 1, }", "line 1, byte 10"));
        QVERIFY(says("[Infinit]", "line 1"));
    }

    void what_steers_a_terminal_is_not_printed() {
        const char* harmless = "/\xd0\x96/\xe2\x82\xac \xf0\x9f\x98\x80/\xc2\xa0~: \n\tb";
        QCOMPARE(printable_text(harmless), std::string(harmless));
        QCOMPARE(printable_text("\x1b[2J\r\b\x7f"), std::string("?[2J???"));
        QCOMPARE(printable_text(std::string_view("a\0b", 3)), std::string("a?b"));
        QCOMPARE(printable_text("\xc2\x9b"
                                "31m"),
                 std::string("?31m"));  // CSI in one character
        QCOMPARE(printable_text("\xe2\x80\xae"
                                "gnp.exe\xe2\x81\xa9"),
                 std::string("?gnp.exe?"));                                   // right to left
        QCOMPARE(printable_text("\x9b\xffm\xe2\x82"), std::string("??m??"));  // not UTF-8
    }

    void atomic_write_replaces_whole_files() {
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "r.json";
        write_file_atomically(path, "one");
        write_file_atomically(path, "two");
        QCOMPARE(read_text_file(path, 10), std::string("two"));
        QCOMPARE(entries(path.parent_path()), std::size_t{1});
        QVERIFY(error_of([&] { read_text_file(path, 2); }).find("more than the 2") !=
                std::string::npos);
        QVERIFY(error_of([&] {
                    write_file_atomically("/no/such/folder/r", "x");
                }).find("/no/such/folder/r") != std::string::npos);
    }

    void atomic_write_leaves_nothing_behind_when_the_kernel_refuses_the_bytes() {
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "r.json";
        write_file_atomically(path, "before");
        // The limit makes write(2) fail half way through, as a full disk does.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        getrlimit(RLIMIT_FSIZE, &old);
        const rlimit small{4096, old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        const std::string error =
            error_of([&] { write_file_atomically(path, std::string(100'000, 'x')); });
        setrlimit(RLIMIT_FSIZE, &old);
        QVERIFY2(error.find("could not be written") != std::string::npos, error.c_str());
        QCOMPARE(read_text_file(path, 100), std::string("before"));
        QCOMPARE(entries(path.parent_path()), std::size_t{1});
    }

    void atomic_write_on_a_full_disk() {
        const QTemporaryDir folder;
        if (::mount("tmpfs", folder.path().toUtf8().constData(), "tmpfs", 0, "size=64k") != 0) {
            QSKIP("mounting a small tmpfs needs root");
        }
        const fs::path path = fs::path(folder.path().toStdString()) / "r.json";
        write_file_atomically(path, "before");
        const std::string error =
            error_of([&] { write_file_atomically(path, std::string(1 << 20, 'x')); });
        const std::string left = read_text_file(path, 100);
        const std::size_t files = entries(path.parent_path());
        ::umount(folder.path().toUtf8().constData());
        QVERIFY2(error.find("No space left on device") != std::string::npos, error.c_str());
        QCOMPARE(left, std::string("before"));
        QCOMPARE(files, std::size_t{1});
    }

    void parallel_for_visits_every_index_once() {
        std::vector<std::atomic<int>> visits(1000);
        std::atomic<int> highest_worker = 0;
        parallel_for(visits.size(), 4, {}, [&](std::size_t i, int worker) {
            ++visits[i];
            int seen = highest_worker;
            while (worker > seen && !highest_worker.compare_exchange_weak(seen, worker)) {
            }
        });
        QVERIFY(std::all_of(visits.begin(), visits.end(), [](const auto& n) { return n == 1; }));
        QVERIFY(highest_worker < 4);
        parallel_for(0, 4, {}, [](std::size_t, int) { QFAIL("no index to visit"); });
    }

    void parallel_for_passes_errors_and_stops_on() {
        QCOMPARE(error_of([] {
                     parallel_for(100, 3, {}, [](std::size_t i, int) {
                         if (i == 7) fail(ErrorCode::bad_input, "seven");
                     });
                 }),
                 std::string("seven"));
        std::stop_source source;
        std::atomic<int> done = 0;
        try {
            parallel_for(1'000'000, 2, source.get_token(), [&](std::size_t, int) {
                if (++done == 10) source.request_stop();
            });
            QFAIL("a stopped loop ends with an error");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
        QVERIFY(done < 20);
    }

    void progress_keeps_the_first_and_the_last_report() {
        std::vector<std::int64_t> seen;
        ProgressThrottle throttle([&](const Progress& p) { seen.push_back(p.done); });
        for (std::int64_t i = 0; i <= 100'000; ++i)
            throttle.report({"stage", i, 100'000, "steps"});
        QCOMPARE(seen.front(), 0);
        QCOMPARE(seen.back(), 100'000);
        QVERIFY(seen.size() < 100);
    }
};

HEADSCOPE_TEST(TestBase)
#include "test_base.moc"
