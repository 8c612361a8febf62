#include <QTest>
#include <cmath>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/model/decoder_torch.h"
#include "tests/model/tiny_model.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

class TestDecoder : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void token_by_token_is_as_all_at_once_data() { add_case_rows(); }

    /// Logits behind a beginning that is read at once, and behind each token after it, are those of
    /// a pass over the whole text.
    void token_by_token_is_as_all_at_once() {
        QFETCH(int, index);
        const TinyModel tiny(case_of(index));
        const c10::InferenceMode no_gradients;
        const LoadedModel model = tiny.loaded(at::kFloat);
        const at::Tensor ids = at::tensor(tiny.ids(), at::kInt).to(at::kLong);
        const ForwardPass forward(model, tiny.window());
        at::Tensor hidden = forward.embed(ids);
        for (int layer = 0; layer < tiny.layers(); ++layer) {
            const LayerWeights& weights = model.layers[static_cast<std::size_t>(layer)];
            hidden = forward.layer(layer, weights, weights.attention, hidden, /*spend=*/false);
        }
        const at::Tensor wanted = forward.logits(hidden);
        const double scale = wanted.abs().max().item<double>();

        for (const std::int64_t beginning : {std::int64_t{1}, tiny.window() / 2}) {
            Decoder decoder(model, tiny.window());
            at::Tensor logits = decoder.read(ids.narrow(0, 0, beginning), {});
            for (std::int64_t token = beginning; token < tiny.window(); ++token) {
                QCOMPARE(decoder.tokens(), token);
                const double off =
                    (logits - wanted.narrow(0, token - 1, 1)).abs().max().item<double>();
                QVERIFY2(off < 1e-4 * scale, qPrintable(QStringLiteral("token %1 of %2: %3 of %4")
                                                            .arg(token)
                                                            .arg(beginning)
                                                            .arg(off)
                                                            .arg(scale)));
                logits = decoder.read_next(ids.narrow(0, token, 1), {});
            }
        }
    }

    void it_reads_as_many_tokens_as_it_was_made_for() {
        const TinyModel tiny(case_of(0));
        const LoadedModel model = tiny.loaded(at::kFloat);
        const at::Tensor ids = at::ones({3}, at::kLong);
        Decoder decoder(model, 3);
        (void)decoder.read(ids, {});
        QVERIFY(contains(error_of([&] { (void)decoder.read_next(ids.narrow(0, 0, 1), {}); }),
                         "one more"));
        QVERIFY(!error_of([&] { (void)decoder.read(ids, {}); }).empty());
    }
};

HEADSCOPE_TEST(TestDecoder)
#include "test_decoder.moc"
