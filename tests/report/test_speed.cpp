#include <QTest>
#include <cmath>

#include "core/evaluation/speed.h"
#include "core/report/speed_text.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

class TestSpeed : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void mean_and_deviation() {
        const Speed speed{512, {90.0, 100.0, 110.0, 120.0}};
        QCOMPARE(speed.mean(), 105.0);
        QVERIFY(std::abs(speed.deviation() - std::sqrt(500.0 / 3.0)) < 1e-12);
        QCOMPARE(speed_text(speed), std::string("105.0 ± 12.9"));
        QCOMPARE((Speed{512, {90.0}}.deviation()), 0.0);
        const std::vector<SpeedTest> tests = tests_of({speed, {128, {7.0}}});
        QCOMPARE(tests.size(), std::size_t{2});
        QCOMPARE(tests[0].name, std::string("pp512"));
        QCOMPARE(tests[1].name, std::string("tg128"));
        QCOMPARE(tests_of({{}, {128, {7.0}}}).size(), std::size_t{1});
    }

    /// Each model once for warming up and then in turns; a layer more or less is no matter.
    void every_repetition_counts() {
        const Model model = Model::load(Checkpoint::open(bpe_model()), {"cpu", "float32", 1});
        const std::vector<Model> models = {model, model};
        std::vector<std::int64_t> seen;
        const auto speeds = measure_speed(models, {32, 3, 8}, [&](const Progress& at) {
            seen.push_back(at.done);
            QCOMPARE(at.total, std::int64_t{16});
        });
        QCOMPARE(speeds.size(), std::size_t{2});
        for (const ModelSpeed& of_model : speeds) {
            QCOMPARE(of_model.prefill.tokens, std::int64_t{32});
            QCOMPARE(of_model.generation.tokens, std::int64_t{8});
            for (const Speed& speed : {of_model.prefill, of_model.generation}) {
                QCOMPARE(speed.values.size(), std::size_t{3});
                for (const double value : speed.values)
                    QVERIFY(std::isfinite(value) && value > 0.0);
            }
        }
        QCOMPARE(seen.back(), std::int64_t{16});
    }

    void a_prompt_must_fit() {
        const std::vector<Model> models = {
            Model::load(Checkpoint::open(demo_model()), {"cpu", "float32", 1})};
        const std::int64_t longest = models.front().config().longest_window();
        const std::string error = error_of([&] { measure_speed(models, {longest + 1, 1}); });
        QVERIFY2(contains(error, std::to_string(longest + 1) + " tokens"), error.c_str());
    }

    void a_stop_ends_it() {
        const std::vector<Model> models = {
            Model::load(Checkpoint::open(bpe_model()), {"cpu", "float32", 1})};
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!error_of([&] { measure_speed(models, {8, 1}, {}, stop.get_token()); }).empty());
    }
};

HEADSCOPE_TEST(TestSpeed)
#include "test_speed.moc"
