// Fits of output weights beside a brute force in float64 that never forms moments: a least squares
// problem with the ridge as more rows.

#include <QTest>
#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/refit/output_fit_torch.h"
#include "core/refit/removal_steps_torch.h"
#include "core/refit/rows_to_fit_torch.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {

constexpr std::int64_t kDim = 4;
constexpr std::int64_t kHeads = 5;
constexpr std::int64_t kHidden = 6;
constexpr std::int64_t kTokens = 300;

struct Sample {
    at::Tensor z = at::randn({kTokens, kHeads* kDim});
    at::Tensor o = at::randn({kHidden, kHeads* kDim});
    at::Tensor y = at::mm(z, o.t());
};

OutputMoments moments_of(const at::Tensor& z, const at::Tensor& y, bool bias = false) {
    OutputMoments moments;
    for (std::int64_t first = 0; first < z.size(0); first += 100) {
        moments.add(
            OutputMoments::products(z.narrow(0, first, 100), y.narrow(0, first, 100), bias));
    }
    return moments;
}

at::Tensor weights_of(const OutputFit& fit) {
    return at::tensor(fit.weights.weight)
        .view({fit.weights.rows, fit.weights.columns})
        .to(at::kDouble);
}

at::Tensor without(const at::Tensor& o, const std::vector<int>& heads) {
    at::Tensor left = o.clone();
    for (const int head : heads)
        left.narrow(1, head * kDim, kDim).zero_();
    return left;
}

at::Tensor columns_of(const at::Tensor& matrix, const std::vector<int>& heads) {
    std::vector<at::Tensor> blocks;
    for (const int head : heads)
        blocks.push_back(matrix.narrow(1, head * kDim, kDim));
    return at::cat(blocks, 1);
}

/// argmin |y - z x^T|^2 + weight |x - prior|^2 by least squares over tokens and ridge rows.
at::Tensor brute_force(const at::Tensor& z, const at::Tensor& y, const at::Tensor& prior,
                       double weight) {
    const at::Tensor root =
        std::sqrt(weight) * at::eye(z.size(1), at::TensorOptions().dtype(at::kDouble));
    const at::Tensor a = at::cat({z.to(at::kDouble), root});
    const at::Tensor b =
        at::cat({y.to(at::kDouble), std::sqrt(weight) * prior.to(at::kDouble).t()});
    return at::mm(at::linalg_pinv(a), b).t();
}

double error_of(const Sample& sample, const at::Tensor& o) {
    const at::Tensor y = sample.y.to(at::kDouble);
    return (y - at::mm(sample.z.to(at::kDouble), o.t())).square().sum().item<double>() /
           y.square().sum().item<double>();
}

std::vector<HeadGroup> alone(const std::vector<int>& heads) {
    std::vector<HeadGroup> groups;
    for (const int head : heads)
        groups.push_back({head});
    return groups;
}

}  // namespace

class TestOutputFit : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { at::manual_seed(7); }

    void it_is_the_least_squares_solution() {
        Sample sample;
        sample.z = at::mm(sample.z, at::randn({kHeads * kDim, kHeads * kDim}));  // correlated
        sample.y = at::mm(sample.z, sample.o.t()) + 0.1 * at::randn({kTokens, kHidden});
        const std::vector<int> kept = {0, 2, 4};
        const OutputFit fit = fit_output(moments_of(sample.z, sample.y), alone(kept), kDim,
                                         without(sample.o, {1, 3}), {}, 1e-3);
        const at::Tensor z = columns_of(sample.z, kept);
        const double weight = 1e-3 * z.to(at::kDouble).square().sum(0).mean().item<double>();
        const at::Tensor expected = brute_force(z, sample.y, columns_of(sample.o, kept), weight);
        QVERIFY(at::allclose(columns_of(weights_of(fit), kept), expected, 1e-4, 1e-4));
        QVERIFY(columns_of(weights_of(fit), {1, 3}).abs().max().item<double>() == 0.0);
        QVERIFY(std::abs(fit.after - error_of(sample, weights_of(fit))) < 1e-5);
        QVERIFY(std::abs(fit.before - error_of(sample, without(sample.o, {1, 3}).to(at::kDouble))) <
                1e-5);
        QVERIFY(fit.after < fit.before);
    }

    void a_head_that_others_explain_goes_at_no_loss() {
        Sample sample;
        sample.z.narrow(1, 3 * kDim, kDim)
            .copy_(at::mm(sample.z.narrow(1, 0, kDim), at::randn({kDim, kDim})) +
                   at::mm(sample.z.narrow(1, kDim, kDim), at::randn({kDim, kDim})));
        sample.y = at::mm(sample.z, sample.o.t());
        const OutputFit fit = fit_output(moments_of(sample.z, sample.y), alone({0, 1, 2, 4}), kDim,
                                         without(sample.o, {3}), {}, 1e-8);
        QVERIFY(fit.before > 0.01);
        QVERIFY(fit.after < 1e-6);
    }

    void a_refit_never_adds_to_the_error() {
        for (const double ridge : {1e-6, 1e-3, 1.0, 100.0}) {
            Sample sample;
            const OutputFit fit = fit_output(moments_of(sample.z, sample.y), alone({1, 2}), kDim,
                                             without(sample.o, {0, 3, 4}), {}, ridge);
            QVERIFY(fit.after <= fit.before);
        }
        // Nothing to improve: the weights stay.
        Sample sample;
        const OutputFit fit = fit_output(moments_of(sample.z, sample.y), alone({0, 1, 2, 3, 4}),
                                         kDim, sample.o, {}, 1e-3);
        QVERIFY(at::allclose(weights_of(fit), sample.o.to(at::kDouble), 1e-4, 1e-4));
    }

    void identical_heads_count_once() {
        Sample sample;
        sample.z.narrow(1, 3 * kDim, kDim).copy_(sample.z.narrow(1, kDim, kDim));
        const OutputFit fit = fit_output(moments_of(sample.z, sample.y), {{0}, {1, 3}, {2}, {4}},
                                         kDim, sample.o, {}, 1e-3);
        const at::Tensor o = weights_of(fit);
        QVERIFY(o.narrow(1, 3 * kDim, kDim).abs().max().item<double>() == 0.0);
        QVERIFY(fit.before > 0.0 && fit.after < 1e-9 + fit.before);
        // The twin's columns are folded into the first's: nothing else could write the rest.
        sample.y = at::mm(sample.z, sample.o.t());
        const OutputFit exact = fit_output(moments_of(sample.z, sample.y), {{0}, {1, 3}, {2}, {4}},
                                           kDim, sample.o, {}, 1e-3);
        QVERIFY(exact.after < 1e-6);
    }

    void singular_moments_are_solved() {
        Sample sample;
        sample.z.narrow(1, 0, 2 * kDim).zero_();  // heads that attend to nothing
        const OutputFit fit = fit_output(moments_of(sample.z, sample.y), alone({0, 1, 2}), kDim,
                                         without(sample.o, {3, 4}), {}, 1e-3);
        QVERIFY(std::isfinite(fit.after) && fit.after <= fit.before);
        sample.z.zero_();
        const OutputFit none = fit_output(moments_of(sample.z, sample.y), alone({0, 1}), kDim,
                                          without(sample.o, {2, 3, 4}), {}, 1e-3);
        QVERIFY(at::isfinite(weights_of(none)).all().item<bool>());
        const OutputFit nobody = fit_output(moments_of(sample.z, sample.y), {}, kDim,
                                            at::zeros_like(sample.o), {}, 1e-3);
        QVERIFY(weights_of(nobody).abs().max().item<double>() == 0.0);
    }

    void biases_take_up_the_mean() {
        Sample sample;
        sample.z.narrow(1, 2 * kDim, kDim).fill_(1.5);  // a head that always writes the same
        sample.y = at::mm(sample.z, sample.o.t());
        const OutputFit fit = fit_output(moments_of(sample.z, sample.y, true), alone({0, 1, 3, 4}),
                                         kDim, without(sample.o, {2}), at::zeros({kHidden}), 1e-6);
        QVERIFY(fit.before > 0.01);
        QVERIFY(fit.after < 1e-6);
        const at::Tensor constant = 1.5 * sample.o.narrow(1, 2 * kDim, kDim).sum(1);
        QVERIFY(at::allclose(at::tensor(fit.weights.bias), constant, 1e-2, 1e-2));
    }

    void not_a_number_is_told() {
        Sample sample;
        sample.z[0][0] = std::nan("");
        QVERIFY_EXCEPTION_THROWN(fit_output(moments_of(sample.z, sample.y), alone({0}), kDim,
                                            without(sample.o, {1, 2, 3, 4}), {}, 1e-3),
                                 Error);
    }

    /// Each step is the cheapest of all by the error that a refit of what is left leaves.
    void removal_steps_are_those_of_brute_force() {
        Sample sample;
        sample.z = at::mm(sample.z, at::randn({kHeads * kDim, kHeads * kDim}));
        const at::Tensor z = sample.z.to(at::kDouble);
        const at::Tensor second = at::mm(z.t(), z) / static_cast<double>(kTokens);
        const at::Tensor o = sample.o.to(at::kDouble);
        constexpr double kRidge = 1e-6;
        const RemovalSteps steps = steps_by_refit(second, o, kDim, 1, 2.0, kRidge);
        QCOMPARE(steps.size(), static_cast<std::size_t>(kHeads));
        const double weight = kRidge * second.diagonal().mean().item<double>();
        // tr(O_D S O_D^T), S = M_DD - M_DK M_KK^-1 M_KD, with the ridge in M.
        const at::Tensor m = second + weight * at::eye(second.size(0), second.options());
        const auto left = [&](const std::vector<int>& gone) {
            std::vector<int> kept;
            for (int head = 0; head < kHeads; ++head) {
                if (std::find(gone.begin(), gone.end(), head) == gone.end()) kept.push_back(head);
            }
            const auto block = [&](const std::vector<int>& a, const std::vector<int>& b) {
                return columns_of(columns_of(m, b).t().contiguous(), a).t();
            };
            at::Tensor s = block(gone, gone);
            if (!kept.empty()) {
                s = s - at::mm(block(gone, kept),
                               at::mm(at::linalg_pinv(block(kept, kept)), block(kept, gone)));
            }
            const at::Tensor of_gone = columns_of(o, gone);
            return (at::mm(of_gone, s) * of_gone).sum().item<double>();
        };
        std::vector<int> gone;
        double before = 0.0;
        for (const RemovalStep& step : steps) {
            double best = 1e300;
            int best_head = -1;
            for (int head = 0; head < kHeads; ++head) {
                if (std::find(gone.begin(), gone.end(), head) != gone.end()) continue;
                std::vector<int> with = gone;
                with.push_back(head);
                if (const double error = left(with); error < best) {
                    best = error;
                    best_head = head;
                }
            }
            QCOMPARE(step.heads, std::vector<int>{best_head});
            QVERIFY(std::abs(step.error * 2.0 - (best - before)) < 1e-6 * best);
            gone.push_back(best_head);
            before = best;
        }
    }

    /// A branch that could write what is missing, behind a norm with the original's root mean
    /// square, is found by the fit.
    void what_the_residual_stream_lacks_goes_through_norm_and_scale() {
        at::manual_seed(11);
        const Sample sample;
        const at::Tensor gain = at::rand({kHidden}) + 0.5;
        const at::Tensor r = (sample.y.square().mean(-1, true) + 1e-6).rsqrt();
        const at::Tensor wanted = at::randn({kHidden, kHeads * kDim});
        const auto written = [&](const at::Tensor& o) {
            return 0.25 * gain * r * at::mm(sample.z, o.t());
        };
        const at::Tensor missing = written(wanted) - written(sample.o);
        const RowsToFit rows = with_missing(sample.z, sample.y, missing, {gain, 1e-6, 0.25});
        QVERIFY((at::mm(rows.z, wanted.t()) - rows.y).abs().max().item<float>() < 1e-4F);

        const RowsToFit plain = with_missing(sample.z, sample.y, missing, {{}, 0.0, 0.25});
        QVERIFY(at::allclose(plain.z, sample.z));
        QVERIFY(at::allclose(plain.y, sample.y + 4.0 * missing));
    }

    void a_closed_norm_lets_nothing_through() {
        const Sample sample;
        at::Tensor gain = at::ones({kHidden});
        gain[2] = 0.0;
        const RowsToFit rows =
            with_missing(sample.z, sample.y, at::ones({kTokens, kHidden}), {gain, 1e-6, 1.0});
        QVERIFY(at::isfinite(rows.y).all().item<bool>());
        const at::Tensor r = (sample.y.square().mean(-1) + 1e-6).rsqrt();
        QVERIFY(at::allclose(rows.y.select(1, 2), r * sample.y.select(1, 2)));
    }
};

HEADSCOPE_TEST(TestOutputFit)
#include "test_output_fit.moc"
