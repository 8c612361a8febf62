#include <QTest>
#include <cmath>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "tests/model/tiny_model.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

/// One layer of a model as a function of its input and its output weights.
class LayerFunction {
  public:
    LayerFunction(const LoadedModel& model, const ForwardPass& forward, int layer)
        : forward_(forward),
          weights_(model.layers[static_cast<std::size_t>(layer)]),
          layer_(layer) {}

    [[nodiscard]] at::Tensor operator()(const at::Tensor& hidden, const at::Tensor& o) const {
        AttentionWeights attention = weights_.attention;
        attention.o = o;
        return forward_.layer(layer_, weights_, attention, hidden, /*spend=*/false);
    }

    [[nodiscard]] const at::Tensor& o() const { return weights_.attention.o; }

  private:
    const ForwardPass& forward_;
    const LayerWeights& weights_;
    int layer_;
};

/// Values in [-0.5, 0.5) that are the same in every run.
at::Tensor some_values(const char* name, const at::Tensor& like) {
    at::Tensor values = at::empty(like.sizes(), at::kDouble);
    for (std::int64_t i = 0; i < values.numel(); ++i)
        values.data_ptr<double>()[i] = tiny_value(name, static_cast<std::uint64_t>(i));
    return values.to(like.scalar_type());
}

}  // namespace

/// What training needs of the forward pass; see ops::followed().
class TestDerivatives : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void layers_have_their_derivatives_data() { add_case_rows(); }
    /// Of a sum of a layer's results along a direction of its input and its output weights, against
    /// central differences in float64.
    void layers_have_their_derivatives() {
        QFETCH(int, index);
        const TinyModel tiny(case_of(index));
        const at::NoGradGuard no_gradients;
        const LoadedModel model = tiny.loaded(at::kDouble);
        const ForwardPass forward(model, tiny.window());
        at::Tensor hidden = forward.embed(at::tensor(tiny.ids(), at::kInt).to(at::kLong));
        for (int layer = 0; layer < tiny.layers(); ++layer) {
            const LayerFunction function(model, forward, layer);
            const at::Tensor factors = some_values("factors", hidden);
            const at::Tensor along = some_values("along", hidden);
            const at::Tensor o_along = some_values("o_along", function.o());
            double derivative = 0.0;
            {
                const at::AutoGradMode gradients(true);
                const at::Tensor x = hidden.detach().requires_grad_(true);
                const at::Tensor o = function.o().detach().requires_grad_(true);
                (function(x, o) * factors).sum().backward();
                derivative = ((x.grad() * along).sum() + (o.grad() * o_along).sum()).item<double>();
            }
            constexpr double kStep = 1e-4;
            const auto sum_at = [&](double step) {
                const at::Tensor out =
                    function(hidden + along * step, function.o() + o_along * step);
                return (out * factors).sum().item<double>();
            };
            const double difference = (sum_at(kStep) - sum_at(-kStep)) / (2.0 * kStep);
            QVERIFY2(std::abs(derivative - difference) < 2e-3 * (1.0 + std::abs(difference)),
                     qPrintable(QStringLiteral("layer %1: %2, difference %3")
                                    .arg(layer)
                                    .arg(derivative, 0, 'g', 9)
                                    .arg(difference, 0, 'g', 9)));
            hidden = function(hidden, function.o());
        }
    }

    void what_is_followed_is_what_the_kernels_compute_data() { add_case_rows(); }
    void what_is_followed_is_what_the_kernels_compute() {
        QFETCH(int, index);
        const TinyModel tiny(case_of(index));
        const at::NoGradGuard no_gradients;
        const LoadedModel model = tiny.loaded(at::kFloat);
        const ForwardPass forward(model, tiny.window());
        at::Tensor hidden = forward.embed(at::tensor(tiny.ids(), at::kInt).to(at::kLong));
        for (int layer = 0; layer < tiny.layers(); ++layer) {
            const LayerFunction function(model, forward, layer);
            const at::Tensor plain = function(hidden, function.o());
            const at::AutoGradMode gradients(true);
            const at::Tensor followed =
                function(hidden.detach().requires_grad_(true), function.o());
            QVERIFY(followed.requires_grad());
            const double error = (followed - plain).abs().max().item<double>();
            const double size = plain.abs().max().item<double>();
            QVERIFY2(error < 1e-5 * size, qPrintable(QString::number(error / size)));
            hidden = plain;
        }
    }
};

HEADSCOPE_TEST(TestDerivatives)
#include "test_derivatives.moc"
