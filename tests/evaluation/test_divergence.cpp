#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <set>

#include <ATen/ATen.h>

#include "core/evaluation/comparison.h"
#include "core/evaluation/token_file.h"
#include "core/model/cpu_kernels.h"
#include "core/model/ops_torch.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;

namespace {

const json& wanted() {
    static const json file = golden("divergence.json");
    return file;
}

/// The 512 tokens of the golden file, as windows of `window`.
std::shared_ptr<const Windows> golden_windows(std::int64_t window) {
    std::vector<std::int32_t> ids(512);
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<std::int32_t>((7919 * i + 13) % 5888);
    return std::make_shared<const Windows>(ids, Protocol::gptq, window, 0, std::nullopt, 131072,
                                           6144);
}

Variant golden_variant() {
    Variant variant;
    for (const json& merge : wanted().at("merges")) {
        variant[merge.at("layer").get<int>()] = {
            merge.at("heads").get<std::vector<HeadGroup>>(),
            merge.at("kv_heads").get<std::vector<HeadGroup>>()};
    }
    return variant;
}

Model load(const char* dtype = "float32") {
    return Model::load(Checkpoint::open(bpe_model()), {"cpu", dtype, 2});
}

EvaluationResult run(const Model& model, std::int64_t window, std::vector<Variant> variants,
                     const Scores& known = {}) {
    EvaluationParams params{std::move(variants), golden_windows(window), known};
    params.divergence = true;
    return evaluate(model, params);
}

double value_of(const std::vector<Metric>& metrics, const char* name) {
    const Metric* metric = find_metric(metrics, name);
    return metric != nullptr ? metric->value.value : std::nan("");
}

/// Scores of windows with two predictions each, of the original and of a variant.
Scores made_up() {
    Scores scores;
    scores.predictions_per_window = 2;
    scores.done = {1, 1};
    const auto score = [](std::vector<float> nll, std::vector<float> kl,
                          std::vector<std::uint8_t> same) {
        const double sum = static_cast<double>(nll[0]) + static_cast<double>(nll[1]);
        return WindowScore{sum, 1,
                           std::make_shared<const TokenScores>(TokenScores{
                               std::move(nll), {1, 0}, std::move(kl), std::move(same)})};
    };
    const float half = std::log(2.0F);
    scores.values = {
        {score({half, 2 * half}, {0, 0}, {1, 1}), score({half, half}, {0, 0}, {1, 1})},
        {score({half, half}, {0.1F, 0.2F}, {1, 0}), score({2 * half, half}, {0.4F, 0.3F}, {1, 1})}};
    return scores;
}

}  // namespace

class TestDivergence : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void kernels_agree_with_float64_data() {
        QTest::addColumn<QString>("set");
        QTest::addColumn<bool>("bfloat16");
        QTest::addColumn<int>("vocab");
        for (const char* set : {"baseline", "avx2", "avx512"}) {
            for (const bool bfloat16 : {false, true}) {
                if (cpu_kernels_for(set, bfloat16) == nullptr) continue;
                for (const int vocab : {1, 3, 17, 4099, 49152}) {
                    QTest::addRow("%s, %s, %d", set, bfloat16 ? "bfloat16" : "float32", vocab)
                        << QString::fromLatin1(set) << bfloat16 << vocab;
                }
            }
        }
    }
    void kernels_agree_with_float64() {
        QFETCH(QString, set);
        QFETCH(bool, bfloat16);
        QFETCH(int, vocab);
        at::manual_seed(5);
        constexpr std::int64_t kRows = 6;
        const at::ScalarType dtype = bfloat16 ? at::kBFloat16 : at::kFloat;
        const at::Tensor original = (4 * at::randn({kRows, vocab}) + 30).to(dtype);
        at::Tensor logits = (original.to(at::kFloat) + 0.3 * at::randn({kRows, vocab})).to(dtype);
        logits[1].copy_(original[1]);
        const at::Tensor targets = at::randint(vocab, {kRows}, at::kLong);
        std::vector<double> nll(kRows);
        std::vector<double> kl(kRows);
        std::vector<std::uint8_t> correct(kRows);
        std::vector<std::uint8_t> same(kRows);
        cpu_kernels_for(set.toLatin1().constData(), bfloat16)
            ->divergence(original.data_ptr(), logits.data_ptr(), targets.data_ptr<std::int64_t>(),
                         kRows, vocab, {nll.data(), correct.data(), kl.data(), same.data()});
        const ops::Divergence exact =
            ops::reference::divergence(original.to(at::kDouble), logits.to(at::kDouble), targets);
        for (std::int64_t row = 0; row < kRows; ++row) {
            const auto i = static_cast<std::size_t>(row);
            const double want = exact.loss.nll[row].item<double>();
            QVERIFY(std::abs(nll[i] - want) < 2e-6 * (1.0 + want));
            QVERIFY(std::abs(kl[i] - exact.kl[row].item<double>()) < 1e-6);
            QCOMPARE(correct[i] != 0, exact.loss.correct[row].item<bool>());
            QCOMPARE(same[i] != 0, exact.same_top[row].item<bool>());
        }
        QCOMPARE(kl[1], 0.0);
        QCOMPARE(same[1], std::uint8_t{1});
    }

    void every_prediction_is_that_of_transformers() {
        const EvaluationResult result = run(load(), 512, {{}, golden_variant()});
        const Scores& scores = result.scores;
        const TokenScores& original = *scores.values[0][0].tokens;
        const TokenScores& variant = *scores.values[1][0].tokens;
        for (const auto& [values, key, tolerance] : {std::tuple{&original.nll, "nll", 2e-5},
                                                     {&variant.nll, "merged_nll", 2e-5},
                                                     {&variant.kl, "kl", 1e-5}}) {
            const auto exact = wanted().at(key).get<std::vector<double>>();
            QCOMPARE(values->size(), exact.size());
            for (std::size_t i = 0; i < exact.size(); ++i)
                QVERIFY(std::abs(static_cast<double>((*values)[i]) - exact[i]) < tolerance);
        }
        QCOMPARE(variant.same_top, wanted().at("same_top").get<std::vector<std::uint8_t>>());
        const std::vector<Metric> metrics = scores.metric_list(1);
        for (const auto& [name, exact] : wanted().at("metrics").items()) {
            const double value = value_of(metrics, name.c_str());
            const bool single = name.find("_p") != std::string::npos || name.ends_with("_max");
            qInfo("%s: %.9g, exact %.9g", name.c_str(), value, exact.get<double>());
            // Means over the tokens, and single values among them.
            QVERIFY(std::abs(value - exact.get<double>()) < (single ? 1e-5 : 1e-6));
        }
        QVERIFY(scores.metric_list(0).size() < metrics.size());
    }

    void an_equal_variant_diverges_by_nothing() {
        const EvaluationResult result = run(load(), 128, {{}, golden_variant(), {}});
        const std::vector<Metric> metrics = result.scores.metric_list(2);
        QCOMPARE(value_of(metrics, "kl_divergence_max"), 0.0);
        QCOMPARE(value_of(metrics, "same_top"), 1.0);
        QCOMPARE(value_of(metrics, "target_probability_change_rms"), 0.0);
        QCOMPARE(value_of(metrics, "ln_perplexity_ratio"), 0.0);
    }

    void the_sums_are_those_without_a_divergence() {
        const Model model = load();
        const EvaluationResult with = run(model, 128, {{}, golden_variant()});
        const EvaluationResult without =
            evaluate(model, {{{}, golden_variant()}, golden_windows(128), {}});
        for (std::size_t v = 0; v < 2; ++v) {
            for (std::size_t w = 0; w < 4; ++w) {
                QVERIFY(std::abs(with.scores.values[v][w].nll - without.scores.values[v][w].nll) <
                        1e-6 * without.scores.values[v][w].nll);
                QCOMPARE(with.scores.values[v][w].correct, without.scores.values[v][w].correct);
                QVERIFY(without.scores.values[v][w].tokens == nullptr);
            }
        }
    }

    void bfloat16_is_close() {
        const EvaluationResult result = run(load("bfloat16"), 512, {{}, golden_variant()});
        const double exact = wanted().at("metrics").at("kl_divergence").get<double>();
        const double value = value_of(result.scores.metric_list(1), "kl_divergence");
        QVERIFY(std::abs(value - exact) < 0.05 * exact);
    }

    void known_windows_count_where_they_know_their_tokens() {
        const Model model = load();
        const std::vector<Variant> variants = {{}, golden_variant()};
        Scores known = run(model, 128, variants).scores;
        QCOMPARE(run(model, 128, variants, known).layer_passes, std::int64_t{0});
        known.values[1][2].tokens.reset();
        const EvaluationResult again = run(model, 128, variants, known);
        QCOMPARE(again.separate_layer_passes, std::int64_t{2 * 5});  // one window
        QVERIFY(again.scores.values[1][2].tokens != nullptr);
    }

    void an_original_is_needed() {
        const Model model = load();
        QVERIFY(contains(error_of([&] { run(model, 128, {golden_variant()}); }), "the original"));
    }

    /// Where the original is known, a divergence computes it again all the same.
    void against_a_known_original() {
        const Model model = load();
        ComparisonParams params{{golden_variant()}, golden_windows(128), 0, {}, true};
        const Scores first = evaluate_against_original(model, params).scores;
        params.original = scores_of(first, 0);
        const Scores second = evaluate_against_original(model, params).scores;
        QCOMPARE(second.values, first.values);
        QVERIFY(value_of(second.metric_list(1), "kl_divergence") > 0.1);
    }

    void metrics_by_hand() {
        const std::vector<Metric> metrics = made_up().metric_list(1);
        const auto check = [&](const char* name, double want) {
            const double value = value_of(metrics, name);
            QVERIFY2(std::abs(value - want) < 1e-7,
                     qPrintable(QStringLiteral("%1: %2").arg(QLatin1String(name)).arg(value)));
        };
        const double half = std::log(2.0);
        check("perplexity", std::exp(5 * half / 4));
        check("ln_perplexity_ratio", 0.0);
        check("kl_divergence", 0.25);
        check("kl_divergence_median", 0.25);
        check("kl_divergence_p90", 0.3 + 0.7 * 0.1);  // 0.9 * 3 = 2.7 into the sorted values
        check("kl_divergence_max", 0.4);
        check("same_top", 0.75);
        check("target_probability_change", 0.0);  // +1/4 and -1/4
        check("target_probability_change_rms", std::sqrt(2.0 / 16.0 / 4.0));
        check("target_probability_change_min", -0.25);
        check("target_probability_change_max", 0.25);
        const Metric& kl = *find_metric(metrics, "kl_divergence");
        // Means of the windows: 0.15 and 0.35, so a standard error of 0.1 with one degree.
        QVERIFY(std::abs(kl.value.high - (0.25 + 12.7062047 * 0.1)) < 1e-6);
        QVERIFY(!find_metric(metrics, "kl_divergence_max")->has_interval());
    }

    void every_metric_says_what_it_is() {
        std::set<std::string> names;
        for (const Metric& metric : made_up().metric_list(1)) {
            QVERIFY(names.insert(metric.name).second);
            QVERIFY(!metric.title.empty());
            QVERIFY(metric.higher_is_better.has_value());
        }
        QVERIFY(!*find_metric(made_up().metric_list(1), "kl_divergence")->higher_is_better);
        QVERIFY(*find_metric(made_up().metric_list(1), "same_top")->higher_is_better);
    }

    void a_file_holds_every_prediction() {
        const Scores scores = run(load(), 128, {{}, golden_variant()}).scores;
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "tokens.safetensors";
        write_token_scores(path, *golden_windows(128), scores, {"original", "0.9"});
        std::ifstream file(path, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)), {});
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), sizeof(length));
        const json header = json::parse(bytes.substr(8, length));
        QCOMPARE(header.at("__metadata__").at("first_scored"), json("0"));
        QCOMPARE(header.at("ids").at("shape"), json({4, 128}));
        const json& kl = header.at("0.9.kl");
        QCOMPARE(kl.at("shape"), json({4, 127}));
        std::vector<float> values(4 * 127);
        std::memcpy(values.data(),
                    &bytes[8 + length + kl.at("data_offsets").at(0).get<std::size_t>()],
                    values.size() * sizeof(float));
        QCOMPARE(values[127], scores.values[1][1].tokens->kl[0]);
        QVERIFY(!header.contains("original.kl"));
        const TokenTable table = read_token_scores(path);
        QCOMPARE(table.window, std::int64_t{128});
        QCOMPARE(table.predictions(), std::int64_t{127});
        QCOMPARE(table.windows, (std::vector<std::int64_t>{0, 1, 2, 3}));
        QCOMPARE(table.ids[128], static_cast<std::int32_t>(golden_windows(128)->tokens(1)[0]));
        QCOMPARE(table.variants.size(), std::size_t{2});
        QVERIFY(table.variants[0].kl.empty());
        QCOMPARE(table.variants[1].name, std::string("0.9"));
        QVERIFY(table.variants[1].kl == values);
        QCOMPARE(table.variants[1].nll[127], scores.values[1][1].tokens->nll[0]);
        QCOMPARE(table.variants[1].same_top[127], scores.values[1][1].tokens->same_top[0]);
    }

    void a_file_of_another_kind_is_named() {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "x.safetensors";
        std::ofstream(path, std::ios::binary) << std::string("\x02\0\0\0\0\0\0\0{}", 10);
        const std::string error = error_of([&] { read_token_scores(path); });
        QVERIFY(contains(error, "x.safetensors") && contains(error, "--per_token"));
    }
};

HEADSCOPE_TEST(TestDivergence)
#include "test_divergence.moc"
