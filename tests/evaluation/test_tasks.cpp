#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>
#include <map>

#include "core/evaluation/task_evaluation.h"
#include "core/evaluation/tasks/records.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;

namespace {

const std::map<std::string, std::string>& files() {
    static const std::map<std::string, std::string> all = {
        {"hellaswag", "hellaswag_val.jsonl"},
        {"arc_easy", "ARC-Easy-Test.jsonl"},
        {"piqa", "valid.jsonl"},
        {"arc_challenge", "ARC-Challenge-Test.jsonl"},
        {"openbookqa", "obqa_test.jsonl"},
        {"winogrande", "winogrande_dev.jsonl"},
        {"boolq", "boolq_val.jsonl"},
        {"lambada_openai", "lambada_test.jsonl"},
        {"mmlu", "mmlu"},
        {"mmlu_5shot", "mmlu"}};
    return all;
}

std::string list_of(const std::string& name) {
    return name + "=" + (tests_dir() / "golden/tasks" / files().at(name)).string();
}

/// All tasks under the original and a variant, evaluated once.
const std::vector<TaskScores>& all_scores() {
    static const std::vector<TaskScores> scores = [] {
        std::string list;
        for (const auto& [name, file] : files())
            list += (list.empty() ? "" : ",") + list_of(name);
        const Checkpoint checkpoint = Checkpoint::open(bpe_model());
        const auto tokenizer = open_tokenizer(checkpoint.directory());
        const Variant variant{{1, {{{0, 1}, {4, 5, 6}}, {{0, 1}}}}};
        return evaluate_tasks(Model::load(checkpoint, {"cpu", "float32", 2}), *tokenizer,
                              {{}, variant}, read_tasks(list, 0));
    }();
    return scores;
}

std::filesystem::path write(const QTemporaryDir& folder, const char* name, const char* text) {
    const std::filesystem::path path = std::filesystem::path(folder.path().toStdString()) / name;
    std::ofstream(path) << text;
    return path;
}

}  // namespace

class TestTasks : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void log_likelihoods_are_those_of_lm_eval_data() {
        QTest::addColumn<QString>("name");
        for (const Task& task : all_tasks()) {
            if (task.kind == TaskKind::rolling) continue;
            QTest::newRow(std::string(task.name).c_str())
                << QString::fromStdString(std::string(task.name));
        }
    }
    void log_likelihoods_are_those_of_lm_eval() {
        QFETCH(QString, name);
        static const json file = golden("tasks.json");
        const json& wanted = file.at("tasks").at(name.toStdString());
        for (const TaskScores& scores : all_scores()) {
            if (scores.task.task->name != name.toStdString()) continue;
            const auto& items = wanted.at("log_likelihoods");
            QCOMPARE(scores.task.items.size(), items.size());
            QCOMPARE(items.size(), std::size_t{40});
            double largest = 0.0;
            for (std::size_t i = 0; i < items.size(); ++i) {
                const auto exact = items[i].get<std::vector<double>>();
                const std::vector<double>& found = scores.values[0][i].log_likelihoods;
                QCOMPARE(found.size(), exact.size());
                for (std::size_t c = 0; c < exact.size(); ++c)
                    largest = std::max(
                        largest, std::abs(found[c] - exact[c]) / (1.0 + 0.01 * std::abs(exact[c])));
            }
            qInfo("largest difference %.2g", largest);
            QVERIFY(largest < 1e-4);
            const std::vector<Metric> metrics = scores.metric_list(0);
            for (const auto& [metric, value] : wanted.at("metrics").items()) {
                const Metric* found = find_metric(metrics, name.toStdString() + "_" + metric);
                QVERIFY2(found != nullptr, metric.c_str());
                QVERIFY(std::abs(found->value.value - value.get<double>()) <
                        1e-5 * (1.0 + std::abs(value.get<double>())));
            }
            return;
        }
        QFAIL("the task was not evaluated");
    }

    void variants_are_paired() {
        for (const TaskScores& scores : all_scores()) {
            const std::string name(scores.task.task->name);
            const std::vector<Metric> original = scores.metric_list(0);
            const std::vector<Metric> variant = scores.metric_list(1);
            QVERIFY(scores.values[0] != scores.values[1]);
            const double difference = find_metric(variant, name + "_acc_difference")->value.value;
            QVERIFY(std::abs(difference - (find_metric(variant, name + "_acc")->value.value -
                                           find_metric(original, name + "_acc")->value.value)) <
                    1e-12);
            QVERIFY(find_metric(original, name + "_acc_difference") == nullptr);
        }
    }

    void a_rolling_text_is_scored_as_lm_eval_scores_it() {
        const json wanted = golden("rolling.json");
        const Task& task = find_task("wikitext");
        ChosenTask chosen{&task, "wiki.test.raw",
                          task.read(tests_dir() / "../resources/wikitext-2/wiki.test.raw")};
        QCOMPARE(chosen.items.size(), wanted.at("page_count").get<std::size_t>());
        double words = 0.0;
        double bytes = 0.0;
        for (const TaskItem& item : chosen.items) {
            words += item.words;
            bytes += static_cast<double>(item.requests.front().continuation.size());
        }
        QCOMPARE(words, wanted.at("all_words").get<double>());
        QCOMPARE(bytes, wanted.at("all_detokenized_bytes").get<double>());

        const json& pages = wanted.at("pages");
        chosen.items.resize(pages.size());
        const Checkpoint checkpoint = Checkpoint::open(bpe_model());
        const auto tokenizer = open_tokenizer(checkpoint.directory());
        const TaskScores scores =
            evaluate_tasks(Model::load(checkpoint, {"cpu", "float32", 2}), *tokenizer, {{}},
                           {chosen}, {}, {}, wanted.at("window").get<std::int64_t>())
                .front();
        double nll = 0.0;
        words = 0.0;
        bytes = 0.0;
        for (std::size_t i = 0; i < pages.size(); ++i) {
            const double expected = pages[i].at("log_likelihood");
            double sum = 0.0;
            for (const double part : scores.values[0][i].log_likelihoods)
                sum += part;
            QVERIFY2(std::abs(sum / expected - 1.0) < 1e-5,
                     std::to_string(sum / expected - 1.0).c_str());
            nll -= expected;
            words += pages[i].at("words").get<double>();
            bytes += pages[i].at("bytes").get<double>();
        }
        const std::vector<Metric> metrics = scores.metric_list(0);
        const auto near = [&](const char* name, double value) {
            const Metric* found = find_metric(metrics, name);
            return found != nullptr && std::abs(found->value.value / value - 1.0) < 1e-5;
        };
        QVERIFY(near("wikitext_word_perplexity", std::exp(nll / words)));
        QVERIFY(near("wikitext_byte_perplexity", std::exp(nll / bytes)));
        QVERIFY(near("wikitext_bits_per_byte", nll / bytes / std::log(2.0)));
    }

    void an_interrupted_evaluation_goes_on_with_the_same_digits() {
        const Checkpoint checkpoint = Checkpoint::open(bpe_model());
        const auto tokenizer = open_tokenizer(checkpoint.directory());
        const Model model = Model::load(checkpoint, {"cpu", "float32", 2});
        const std::vector<Variant> variants{{}, {{1, {{{0, 1}, {4, 5, 6}}, {{0, 1}}}}}};
        const std::string list = list_of("piqa") + "," + list_of("boolq");
        const auto evaluated = [&](const TaskResume& resume, const ProgressFn& progress,
                                   const std::stop_token& stop) {
            return evaluate_tasks(model, *tokenizer, variants, read_tasks(list, 8), progress, stop,
                                  0, resume);
        };
        std::stop_source source;
        Scores kept;
        const TaskResume keeping{{}, [&](const Scores& scores) { kept = scores; }};
        const ProgressFn stop_early = [&](const Progress& at) {
            if (at.done >= 4) source.request_stop();
        };
        QVERIFY(contains(error_of([&] { evaluated(keeping, stop_early, source.get_token()); }),
                         "cancelled"));
        const std::int64_t done = kept.windows_done();
        QVERIFY(done >= 4 && done < std::ssize(kept.done));

        std::int64_t first = -1;
        const auto whole = evaluated({}, {}, {});
        const auto resumed = evaluated(
            {[&](std::size_t sequences) { return sequences == kept.done.size() ? kept : Scores{}; },
             {}},
            [&](const Progress& at) {
                if (first < 0) first = at.done;
            },
            {});
        QVERIFY(first > 0);
        for (std::size_t task = 0; task < whole.size(); ++task)
            QVERIFY(resumed[task].values == whole[task].values);
        // What does not fit the sequences is scored again.
        Scores other = kept;
        for (auto& of_variant : other.values)
            for (WindowScore& score : of_variant)
                score.tokens = std::make_shared<const TokenScores>();
        const auto again = evaluated({[&](std::size_t) { return other; }, {}}, {}, {});
        QVERIFY(again[0].values == whole[0].values);
    }

    void items_have_a_digest() {
        ChosenTask task = read_tasks(list_of("piqa"), 3).front();
        const std::string digest = items_sha256(task);
        QCOMPARE(digest.size(), std::size_t{64});
        task.file = "elsewhere";
        QCOMPARE(items_sha256(task), digest);
        task.items[2].gold = 1 - task.items[2].gold;
        QVERIFY(items_sha256(task) != digest);
    }

    void mcnemar_by_hand() {
        QCOMPARE(mcnemar_p(0, 0), 1.0);
        QVERIFY(std::abs(mcnemar_p(5, 0) - 2.0 / 32.0) < 1e-12);
        QVERIFY(std::abs(mcnemar_p(1, 4) - 2.0 * 6.0 / 32.0) < 1e-12);
        QCOMPARE(mcnemar_p(3, 3), 1.0);
    }

    void right_answers_by_hand() {
        TaskScores scores;
        scores.task.task = &find_task("hellaswag");
        scores.task.items = {{{}, 1, {2, 8}}, {{}, 0, {3, 3}}};
        scores.values = {{{{-2.0, -4.0}, false}, {{-1.0, -1.0}, false}}};
        QCOMPARE(scores.right(0, false), (std::vector<std::uint8_t>{0, 1}));
        QCOMPARE(scores.right(0, true), (std::vector<std::uint8_t>{1, 1}));
    }

    void texts_as_python_has_them() {
        using namespace tasks;
        QCOMPARE(std::string(strip("\t a b\u00a0\n")), std::string("a b"));
        QCOMPARE(capitalize("éLAN Vital"), std::string("Élan vital"));
        QCOMPARE(character_count("Zoë"), std::size_t{3});
        QCOMPARE(replace_all("aaa", "aa", "b"), std::string("ba"));
    }

    void limits_and_mistakes() {
        QCOMPARE(read_tasks(list_of("piqa"), 3).front().items.size(), std::size_t{3});
        QVERIFY(contains(error_of([] { read_tasks("hellaswg=x", 0); }), "choose from hellaswag"));
        QVERIFY(contains(error_of([] { read_tasks("piqa", 0); }), "valid-labels.lst"));
        const QTemporaryDir folder;
        const auto broken = write(folder, "a.jsonl", "{\"goal\": \"x\"}\n");
        QVERIFY(contains(error_of([&] { read_tasks("boolq=" + broken.string(), 0); }),
                         "a.jsonl, line 1"));
        const auto csv = write(folder, "b.csv", "\"a \"\"b\"\"\",1,2,3,4,C\n");
        QCOMPARE(tasks::read_csv(csv).front().front(), std::string("a \"b\""));
        const std::vector<ChosenTask> mmlu = read_tasks("mmlu=" + csv.string(), 0);
        QCOMPARE(mmlu.front().items.front().gold, std::size_t{2});
        QVERIFY(contains(mmlu.front().items.front().requests[0].context, "\nD. 4\nAnswer:"));
    }
};

HEADSCOPE_TEST(TestTasks)
#include "test_tasks.moc"
