// Attention rows and head scores: against transformers on the demo model, and on rows made by hand.

#include <QTest>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/heads/head_scores.h"
#include "core/heads/text_attention.h"
#include "core/heads/text_reading.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;

namespace {

const Model& demo() {
    static const Model model = Model::load(Checkpoint::open(demo_model_dir()), {"cpu", "float32"});
    return model;
}

/// A head of its own: keys and queries such that token i attends to `target(i)` alone.
template <typename Target>
LayerAttention pointing(int tokens, Target target) {
    LayerAttention layer;
    layer.heads = layer.kv_heads = 1;
    layer.head_dim = tokens;
    const auto count = static_cast<std::size_t>(tokens);
    layer.queries.assign(count * count, 0.0F);
    layer.keys.assign(count * count, 0.0F);
    for (std::size_t i = 0; i < count; ++i) {
        layer.keys[i * count + i] = 1.0F;
        layer.queries[i * count + static_cast<std::size_t>(target(static_cast<int>(i)))] = 200.0F;
    }
    return layer;
}

}  // namespace

class TestHeads : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rows_are_those_of_transformers() {
        const json wanted = golden("attention.json");
        const auto ids = wanted.at("ids").get<std::vector<std::int64_t>>();
        const auto layers = read_attention(demo(), ids, {});
        QCOMPARE(layers.size(), wanted.at("layers").size());
        double worst = 0.0;
        for (const LayerAttention& layer : layers) {
            const json& rows =
                wanted.at("layers").at(static_cast<std::size_t>(layer.layer)).at("rows");
            for (const auto& [query, heads] : rows.items()) {
                for (std::size_t head = 0; head < heads.size(); ++head) {
                    const auto row = layer.row(static_cast<int>(head), std::stoll(query));
                    QCOMPARE(row.size(), heads[head].size());
                    for (std::size_t key = 0; key < row.size(); ++key) {
                        worst =
                            std::max(worst, std::abs(row[key] - heads[head][key].get<double>()));
                    }
                }
            }
        }
        qInfo("worst difference of a row: %g", worst);
        QVERIFY(worst < 1e-4);
    }

    void scores_are_those_of_transformers() {
        const json wanted = golden("attention.json");
        const auto ids = wanted.at("ids").get<std::vector<std::int64_t>>();
        // Twice the same sequence: means stay what they are.
        for (const std::size_t times : {std::size_t{1}, std::size_t{2}}) {
            const auto layers = score_heads(demo(), std::vector(times, ids));
            for (const LayerHeadScores& layer : layers) {
                const json& scores =
                    wanted.at("layers").at(static_cast<std::size_t>(layer.layer)).at("scores");
                for (const HeadScore score : all_head_scores()) {
                    const auto values =
                        scores.at(std::string(name_of(score))).get<std::vector<double>>();
                    QCOMPARE(layer.of(score).size(), values.size());
                    for (std::size_t head = 0; head < values.size(); ++head) {
                        const double difference = std::abs(layer.of(score)[head] - values[head]);
                        QVERIFY2(difference < 1e-4 * std::max(1.0, values[head]),
                                 qPrintable(QString::fromStdString(std::string(name_of(score)))));
                    }
                }
            }
        }
    }

    void only_the_layers_asked_for() {
        const auto some = read_attention(demo(), {5, 6, 7, 8}, {1, 3});
        QCOMPARE(some.size(), std::size_t{2});
        QCOMPARE(some[0].layer, 1);
        QCOMPARE(some[1].layer, 3);
        QCOMPARE(some[0].tokens(), std::int64_t{4});
        const auto all = read_attention(demo(), {5, 6, 7, 8}, {});
        QCOMPARE(some[1].matrix(2), all[3].matrix(2));
    }

    void rows_by_hand() {
        const LayerAttention previous = pointing(6, [](int i) { return std::max(0, i - 1); });
        for (int query = 1; query < 6; ++query)
            QVERIFY(previous.row(0, query)[static_cast<std::size_t>(query - 1)] > 0.999F);
        const AttentionProfile profile = profile_of(previous.matrix(0), 6);
        QVERIFY(profile.previous_token > 0.999);
        QVERIFY(std::abs(profile.first_token - 0.2) < 1e-3);  // token 1's previous is the first
        QVERIFY(profile.entropy[5] < 1e-3);
        QVERIFY(profile.distance[1] > 0.999);
        QVERIFY(profile.distance[3] < 1e-3);
        const LayerAttention sink = pointing(6, [](int) { return 0; });
        QVERIFY(profile_of(sink.matrix(0), 6).first_token > 0.999);
        LayerAttention uniform = sink;
        std::fill(uniform.queries.begin(), uniform.queries.end(), 0.0F);
        QVERIFY(std::abs(profile_of(uniform.matrix(0), 6).entropy[5] - std::log(6.0)) < 1e-5);
        LayerAttention sliding = uniform;
        sliding.sliding_window = 2;
        QCOMPARE(sliding.row(0, 5), (std::vector<float>{0.0F, 0.0F, 0.0F, 0.0F, 0.5F, 0.5F}));
    }

    void sequences_repeat_and_are_cut() {
        const auto repeated = repeated_sequences(100, 8, 3);
        QCOMPARE(repeated.size(), std::size_t{3});
        QVERIFY(repeated[0] != repeated[1]);
        for (const auto& ids : repeated) {
            for (std::size_t i = 0; i < 4; ++i)
                QCOMPARE(ids[i], ids[i + 4]);
        }
        QCOMPARE(repeated, repeated_sequences(100, 8, 3));
        const Windows windows({1, 2, 3, 4, 5, 6, 7, 8, 9}, Protocol::gptq, 4, 0, std::nullopt, 100,
                              100);
        const std::vector<std::vector<std::int64_t>> cut = {{1, 2}, {3, 4}, {5, 6}};
        QCOMPARE(sequences_of(windows, 2, 3), cut);
        QCOMPARE(sequences_of(windows, 100, 8).size(), std::size_t{2});
    }

    void words_read_as_the_text() {
        const std::string text = "The quick brown fox\njumps over cafés.";
        const TokenizedWords words = tokenize_words(demo().checkpoint(), text, 1000);
        QCOMPARE(words.ids.size(), words.texts.size());
        std::string joined;
        for (std::size_t i = 1; i < words.texts.size(); ++i)  // BOS in front
            joined += words.texts[i];
        // SentencePiece puts a space before the first word.
        QCOMPARE(joined.starts_with(' ') ? joined.substr(1) : joined, text);
        QCOMPARE(tokenize_words(demo().checkpoint(), text, 3).ids.size(), std::size_t{3});
    }

    void bad_inputs_are_named() {
        QVERIFY_EXCEPTION_THROWN(read_attention(demo(), {}, {}), Error);
        QVERIFY_EXCEPTION_THROWN(read_attention(demo(), {1, 1 << 29}, {}), Error);
        QVERIFY_EXCEPTION_THROWN(read_attention(demo(), {1, 2}, {99}), Error);
        QVERIFY_EXCEPTION_THROWN(score_heads(demo(), {{1}}), Error);
        QVERIFY_EXCEPTION_THROWN(score_heads(demo(), {{1, 2}, {1, 2, 3}}), Error);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(score_heads(demo(), {{1, 2}}, {}, stop.get_token()), Error);
    }
};

HEADSCOPE_TEST(TestHeads)
#include "test_heads.moc"
