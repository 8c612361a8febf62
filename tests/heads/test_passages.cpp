// The passages that activate heads most: activations against transformers, the best against all.

#include <QTest>
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/heads/head_scores.h"
#include "core/heads/passages.h"
#include "core/heads/text_reading.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;

namespace {

using Sequences = std::vector<std::vector<std::int64_t>>;

const Model& demo() {
    static const Model model = Model::load(Checkpoint::open(demo_model_dir()), {"cpu", "float32"});
    return model;
}

/// [sequence][token] of one head; 0 for the first token of each.
std::vector<std::vector<double>> all_activations(const HeadActivity& tokens, std::size_t sequences,
                                                 std::size_t length) {
    std::vector values(sequences, std::vector<double>(length, 0.0));
    for (const HeadPassage& token : tokens.passages)
        values[static_cast<std::size_t>(token.sequence)][static_cast<std::size_t>(token.peak)] =
            token.activation;
    return values;
}

/// The best passages by looking at every token of every passage.
std::vector<HeadPassage> brute_force(const std::vector<std::vector<double>>& values,
                                     const PassageOptions& options) {
    std::vector<HeadPassage> all;
    for (std::size_t sequence = 0; sequence < values.size(); ++sequence) {
        const auto tokens = static_cast<std::int64_t>(values[sequence].size());
        for (std::int64_t first = 0; first < tokens; first += options.length) {
            HeadPassage passage{static_cast<std::int64_t>(sequence), first,
                                std::min(options.length, tokens - first), first, -1.0};
            for (std::int64_t at = first; at < first + passage.count; ++at) {
                const double value = values[sequence][static_cast<std::size_t>(at)];
                if (at == 0 || value <= passage.activation) continue;
                passage.peak = at;
                passage.activation = value;
            }
            all.push_back(passage);
        }
    }
    std::ranges::stable_sort(all, std::greater(), &HeadPassage::activation);
    all.resize(std::min(all.size(), static_cast<std::size_t>(options.keep)));
    return all;
}

}  // namespace

class TestPassages : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void activations_are_those_of_transformers() {
        const json wanted = golden("attention.json");
        const auto ids = wanted.at("ids").get<std::vector<std::int64_t>>();
        const auto layers = top_passages(demo(), {ids}, {1, 1000});
        QCOMPARE(layers.size(), wanted.at("layers").size());
        double worst = 0.0;
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            const json& activations = wanted.at("layers").at(layer).at("activations");
            for (std::size_t head = 0; head < layers[layer].size(); ++head) {
                const HeadActivity& found = layers[layer][head];
                // All tokens but the first.
                QCOMPARE(found.passages.size(), ids.size() - 1);
                double sum = 0.0;
                for (const HeadPassage& token : found.passages) {
                    const double value =
                        activations.at(static_cast<std::size_t>(token.peak)).at(head).get<double>();
                    worst = std::max(worst, std::abs(token.activation - value));
                    sum += value;
                }
                QVERIFY(std::abs(found.mean - sum / static_cast<double>(ids.size() - 1)) < 1e-5);
            }
        }
        qInfo("worst difference of an activation: %g", worst);
        QVERIFY(worst < 1e-5);
    }

    void the_best_of_all_passages() {
        constexpr std::size_t kLength = 40;
        const Sequences sequences =
            repeated_sequences(demo().config().vocab_size, static_cast<std::int64_t>(kLength), 5);
        const auto tokens = top_passages(demo(), sequences, {1, 1000});
        for (const PassageOptions options : {PassageOptions{7, 4}, PassageOptions{8, 100}}) {
            const auto layers = top_passages(demo(), sequences, options);
            for (std::size_t layer = 0; layer < layers.size(); ++layer) {
                for (std::size_t head = 0; head < layers[layer].size(); ++head) {
                    const auto wanted = brute_force(
                        all_activations(tokens[layer][head], sequences.size(), kLength), options);
                    QCOMPARE(layers[layer][head].passages, wanted);
                    QCOMPARE(layers[layer][head].mean, tokens[layer][head].mean);
                }
            }
        }
    }

    void equals_stay_in_the_order_of_the_text() {
        TopPassages top(2);
        top.offer({2, 0, 8, 1, 0.5});
        top.offer({1, 8, 8, 9, 0.5});
        top.offer({1, 0, 8, 1, 0.5});
        top.offer({3, 0, 8, 1, 0.4});
        const std::vector<HeadPassage> wanted = {{1, 0, 8, 1, 0.5}, {1, 8, 8, 9, 0.5}};
        QCOMPARE(top.passages(), wanted);
        top.offer({9, 0, 8, 1, 0.6});
        QCOMPARE(top.passages().front().sequence, std::int64_t{9});
        QCOMPARE(top.passages().size(), std::size_t{2});
    }

    void words_of_sequences() {
        const TokenizedWords text = tokenize_words(demo().checkpoint(), "The cat sat.", 100);
        const auto words = words_of(demo().checkpoint(), {text.ids, {text.ids.back()}});
        QCOMPARE(words.size(), std::size_t{2});
        QCOMPARE(words[0].ids, text.ids);
        QCOMPARE(words[0].texts, text.texts);
        QCOMPARE(words[1].texts, (std::vector<std::string>{text.texts.back()}));
    }

    void bad_inputs_and_cancelling() {
        QVERIFY_EXCEPTION_THROWN(top_passages(demo(), {}), Error);
        QVERIFY_EXCEPTION_THROWN(top_passages(demo(), {{1}}), Error);
        QVERIFY_EXCEPTION_THROWN(top_passages(demo(), {{1, 2}, {1, 2, 3}}), Error);
        QVERIFY_EXCEPTION_THROWN(top_passages(demo(), {{1, 1 << 29}}), Error);
        std::int64_t done = 0;
        std::int64_t total = 0;
        const auto progress = [&](const Progress& at) {
            done = at.done;
            total = at.total;
        };
        [[maybe_unused]] const auto found = top_passages(demo(), {{1, 2}, {3, 4}}, {}, progress);
        QCOMPARE(total, std::int64_t{2} * demo().config().num_hidden_layers);
        QCOMPARE(done, total);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(top_passages(demo(), {{1, 2}}, {}, {}, stop.get_token()), Error);
    }
};

HEADSCOPE_TEST(TestPassages)
#include "test_passages.moc"
