#include <QTest>
#include <cmath>
#include <vector>

#include <ATen/ATen.h>

#include "core/model/compat_torch.h"
#include "core/model/cpu_kernels.h"
#include "core/model/ops_torch.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {

/// Largest difference, relative to the largest value.
double error_between(const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor x = a.to(at::kDouble);
    const at::Tensor y = b.to(at::kDouble);
    return ((x - y).abs().max() / y.abs().max().clamp_min(1e-30)).item<double>();
}

/// What rounding to the dtype allows.
double tolerance(at::ScalarType dtype) {
    return dtype == at::kFloat ? 2e-6 : 1.2e-2;
}

/// Softmax attention with a causal mask, and a sliding one where the layout has it, in float64,
/// written out.
at::Tensor attention_by_definition(const at::Tensor& qkv, const ops::AttentionLayout& layout) {
    const at::Tensor wide =
        qkv.to(at::kDouble).view({layout.windows, layout.window, -1, layout.head_dim});
    std::vector<at::Tensor> heads;
    const std::int64_t shared_by = layout.heads / layout.kv_heads;
    at::Tensor mask = at::ones({layout.window, layout.window}, at::kBool).triu(1);
    if (layout.sliding_window > 0) {
        mask = mask.logical_or(at::ones_like(mask).tril(-layout.sliding_window));
    }
    for (std::int64_t h = 0; h < layout.heads; ++h) {
        const at::Tensor q = wide.select(2, h);
        const at::Tensor k = wide.select(2, layout.heads + h / shared_by);
        const at::Tensor v = wide.select(2, layout.heads + layout.kv_heads + h / shared_by);
        const at::Tensor scores =
            q.matmul(k.transpose(1, 2)) / std::sqrt(static_cast<double>(layout.head_dim));
        heads.push_back(scores.masked_fill(mask, -INFINITY).softmax(-1).matmul(v));
    }
    return at::cat(heads, 2).reshape({qkv.size(0), layout.heads * layout.head_dim});
}

}  // namespace

class TestOps : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { at::manual_seed(11); }

    void kernels_data() {
        QTest::addColumn<QString>("set");
        QTest::addColumn<bool>("bfloat16");
        for (const char* set : {"baseline", "avx2", "avx512"}) {
            for (const bool bfloat16 : {false, true}) {
                if (cpu_kernels_for(set, bfloat16) == nullptr) continue;
                QTest::addRow("%s %s", set, bfloat16 ? "bfloat16" : "float32")
                    << QString::fromLatin1(set) << bfloat16;
            }
        }
    }

    /// Every kernel of every instruction set that this processor has, against the reference.
    void kernels() {
        QFETCH(QString, set);
        QFETCH(bool, bfloat16);
        const CpuKernels& kernels = *cpu_kernels_for(set.toLatin1().constData(), bfloat16);
        const at::ScalarType dtype = bfloat16 ? at::kBFloat16 : at::kFloat;
        for (const std::int64_t width : {1, 7, 16, 100, 256}) {
            const std::int64_t rows = 5;
            const at::Tensor x = at::randn({rows, width}).to(dtype);
            const at::Tensor weight = at::rand({width}) + 0.5;
            at::Tensor out = at::empty_like(x);
            kernels.rms_norm(x.data_ptr(), weight.data_ptr<float>(), 1e-5F, rows, width,
                             out.data_ptr());
            const at::Tensor norm = x.to(at::kDouble) *
                                    at::rsqrt(x.to(at::kDouble).square().mean(-1, true) + 1e-5) *
                                    weight;
            QVERIFY(error_between(out, norm) < tolerance(dtype));

            const at::Tensor gate_up = (3 * at::randn({rows, 2 * width})).to(dtype);
            kernels.swiglu(gate_up.data_ptr(), rows, width, out.data_ptr());
            const at::Tensor gate = gate_up.narrow(1, 0, width).to(at::kDouble);
            QVERIFY(error_between(out, gate * gate.sigmoid() *
                                           gate_up.narrow(1, width, width).to(at::kDouble)) <
                    tolerance(dtype));

            at::Tensor sum = x.clone();
            const at::Tensor y = at::randn({rows, width}).to(dtype);
            kernels.add(sum.data_ptr(), y.data_ptr(), sum.numel());
            QVERIFY(error_between(sum, x.to(at::kDouble) + y.to(at::kDouble)) < tolerance(dtype));
        }
    }

    void loss_kernel_data() { kernels_data(); }
    void loss_kernel() {
        QFETCH(QString, set);
        QFETCH(bool, bfloat16);
        const CpuKernels& kernels = *cpu_kernels_for(set.toLatin1().constData(), bfloat16);
        for (const std::int64_t vocab : {2, 33, 4096, 5001}) {
            const std::int64_t rows = 9;
            const at::Tensor logits =
                (10 * at::randn({rows, vocab})).to(bfloat16 ? at::kBFloat16 : at::kFloat);
            const at::Tensor targets = at::randint(vocab, {rows}, at::kLong);
            targets[0] = logits[0].argmax().item<std::int64_t>();
            std::vector<double> nll(static_cast<std::size_t>(rows));
            std::vector<std::uint8_t> correct(static_cast<std::size_t>(rows));
            kernels.cross_entropy(logits.data_ptr(), targets.data_ptr<std::int64_t>(), rows, vocab,
                                  nll.data(), correct.data());
            const at::Tensor expected =
                -logits.to(at::kDouble).log_softmax(1).gather(1, targets.unsqueeze(1)).squeeze(1);
            for (std::int64_t row = 0; row < rows; ++row) {
                const double want = expected[row].item<double>();
                const auto at_row = static_cast<std::size_t>(row);
                QVERIFY(std::abs(nll[at_row] - want) < 1e-6 * (1.0 + std::abs(want)) + 2e-6);
                QCOMPARE(correct[at_row] != 0, logits[row].max().item<float>() ==
                                                   logits[row][targets[row]].item<float>());
            }
        }
    }

    void the_first_of_equal_logits_is_the_argmax() {
        const at::Tensor logits = at::zeros({3, 40});
        const at::Tensor targets = at::tensor({0, 1, 39}, at::kLong);
        const ops::Loss loss = ops::cross_entropy(logits, targets);
        QVERIFY(loss.correct[0].item<bool>());
        QVERIFY(!loss.correct[1].item<bool>());
        QVERIFY(!loss.correct[2].item<bool>());
        QVERIFY(std::abs(loss.nll[2].item<double>() - std::log(40.0)) < 1e-6);
    }

    void a_nan_among_the_logits_is_not_hidden() {
        for (const std::int64_t place : {0, 17, 39}) {
            at::Tensor logits = at::randn({1, 40});
            logits[0][place] = NAN;
            QVERIFY(std::isnan(
                ops::cross_entropy(logits, at::tensor({3}, at::kLong)).nll[0].item<double>()));
        }
    }

    void attention_kernel_data() {
        QTest::addColumn<QString>("set");
        QTest::addColumn<bool>("bfloat16");
        QTest::addColumn<int>("length");
        QTest::addColumn<int>("dim");
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("kv_heads");
        QTest::addColumn<int>("sliding_window");
        for (const char* set : {"baseline", "avx2", "avx512"}) {
            for (const bool bfloat16 : {false, true}) {
                if (cpu_kernels_for(set, bfloat16) == nullptr) continue;
                for (const auto& [length, dim, heads, kv, sliding] : {std::tuple{1, 16, 1, 1, 0},
                                                                      {2, 2, 2, 1, 0},
                                                                      {23, 16, 4, 2, 0},
                                                                      {24, 64, 2, 2, 0},
                                                                      {25, 10, 3, 1, 0},
                                                                      {97, 128, 4, 1, 0},
                                                                      {512, 16, 2, 1, 0},
                                                                      {1, 16, 1, 1, 1},
                                                                      {70, 16, 2, 1, 1},
                                                                      {97, 10, 4, 2, 7},
                                                                      {97, 16, 2, 1, 24},
                                                                      {301, 64, 3, 1, 33},
                                                                      {301, 64, 2, 2, 129},
                                                                      {97, 16, 2, 1, 96},
                                                                      {97, 16, 2, 1, 97},
                                                                      {97, 16, 2, 1, 5000}}) {
                    QTest::addRow("%s %s %d tokens, %d heads of %d, %d KV, sliding %d", set,
                                  bfloat16 ? "bfloat16" : "float32", length, heads, dim, kv,
                                  sliding)
                        << QString::fromLatin1(set) << bfloat16 << length << dim << heads << kv
                        << sliding;
                }
            }
        }
    }

    void attention_kernel() {
        QFETCH(QString, set);
        QFETCH(bool, bfloat16);
        QFETCH(int, length);
        QFETCH(int, dim);
        QFETCH(int, heads);
        QFETCH(int, kv_heads);
        QFETCH(int, sliding_window);
        const CpuKernels& kernels = *cpu_kernels_for(set.toLatin1().constData(), bfloat16);
        const at::ScalarType dtype = bfloat16 ? at::kBFloat16 : at::kFloat;
        const ops::AttentionLayout layout{1, length, heads, kv_heads, dim, sliding_window};
        const at::Tensor qkv = (2 * at::randn({length, (heads + 2 * kv_heads) * dim})).to(dtype);
        at::Tensor out = at::empty({length, heads * dim}, dtype);
        const AttentionShape shape{length, qkv.stride(0), out.stride(0), dim,
                                   heads,  kv_heads,      sliding_window};
        std::vector<float> scratch(static_cast<std::size_t>(attention_scratch_floats(shape)));
        for (int kv = 0; kv < kv_heads; ++kv) {
            kernels.causal_attention(qkv.data_ptr(), shape, kv, out.data_ptr(), scratch.data());
        }
        const double error = error_between(out, attention_by_definition(qkv, layout));
        QVERIFY2(error < (bfloat16 ? 1e-2 : 5e-6), qPrintable(QString::number(error)));
    }

    void operations_agree_with_the_reference_data() {
        QTest::addColumn<bool>("bfloat16");
        QTest::newRow("float32") << false;
        QTest::newRow("bfloat16") << true;
    }

    /// The way from operations to kernels: windows, strides and threads.
    void operations_agree_with_the_reference() {
        QFETCH(bool, bfloat16);
        const at::ScalarType dtype = bfloat16 ? at::kBFloat16 : at::kFloat;
        const ops::AttentionLayout layout{3, 40, 4, 2, 16};
        const at::Tensor qkv = at::randn({3 * 40, 8 * 16}).to(dtype);
        const at::Tensor angles = at::rand({64, 8}) * 6;
        const ops::RopeTable rope{angles.cos(), angles.sin()};
        at::Tensor rotated = qkv.clone();
        at::Tensor expected = qkv.clone();
        ops::rotate_in_place(rotated, rope, layout);
        ops::reference::rotate_in_place(expected, rope, layout);
        QVERIFY(error_between(rotated, expected) < tolerance(dtype));
        QVERIFY(at::equal(rotated.narrow(1, 6 * 16, 2 * 16), qkv.narrow(1, 6 * 16, 2 * 16)));
        QVERIFY(error_between(ops::causal_attention(qkv, layout),
                              attention_by_definition(qkv, layout)) < (bfloat16 ? 1e-2 : 5e-6));
        QVERIFY(error_between(ops::reference::causal_attention(qkv.to(at::kFloat), layout),
                              attention_by_definition(qkv, layout)) < 1e-5);
        const at::Tensor weight = at::rand({128});
        QVERIFY(error_between(ops::rms_norm(qkv, weight, 1e-5),
                              ops::reference::rms_norm(qkv, weight, 1e-5)) < tolerance(dtype));
        QVERIFY(error_between(ops::swiglu(qkv), ops::reference::swiglu(qkv)) <
                2 * tolerance(dtype));
        const at::Tensor targets = at::randint(128, {120}, at::kLong);
        const ops::Loss loss = ops::cross_entropy(qkv, targets);
        const ops::Loss wanted = ops::reference::cross_entropy(qkv, targets);
        QVERIFY(error_between(loss.nll, wanted.nll) < 2e-6);
        QVERIFY(at::equal(loss.correct, wanted.correct));
    }

    void sliding_attention_agrees_with_the_definition_data() {
        operations_agree_with_the_reference_data();
    }
    /// Longer than a block of the reference, in several windows; a sliding window as long as the
    /// window or longer hides nothing.
    void sliding_attention_agrees_with_the_definition() {
        QFETCH(bool, bfloat16);
        const at::ScalarType dtype = bfloat16 ? at::kBFloat16 : at::kFloat;
        const at::Tensor qkv = at::randn({2 * 300, 8 * 16}).to(dtype);
        for (const std::int64_t sliding : {1, 5, 64, 290, 299, 300, 4096}) {
            const ops::AttentionLayout layout{2, 300, 4, 2, 16, sliding};
            QCOMPARE(layout.slides(), sliding < 300);
            const at::Tensor wanted = attention_by_definition(qkv, layout);
            QVERIFY(error_between(ops::causal_attention(qkv, layout), wanted) <
                    (bfloat16 ? 1e-2 : 5e-6));
            QVERIFY(error_between(ops::reference::causal_attention(qkv, layout), wanted) <
                    (bfloat16 ? 2e-2 : 1e-5));
        }
    }

    void heads_are_normalised_by_themselves_data() { operations_agree_with_the_reference_data(); }
    void heads_are_normalised_by_themselves() {
        QFETCH(bool, bfloat16);
        const at::ScalarType dtype = bfloat16 ? at::kBFloat16 : at::kFloat;
        const ops::AttentionLayout layout{3, 40, 4, 2, 10};
        const at::Tensor qkv = at::randn({3 * 40, 8 * 10}).to(dtype);
        const at::Tensor query_weight = at::rand({10}) + 0.5;
        const at::Tensor key_weight = at::rand({10}) + 0.5;
        at::Tensor fast = qkv.clone();
        at::Tensor plain = qkv.clone();
        ops::norm_heads_in_place(fast, query_weight, key_weight, 1e-3, layout);
        ops::reference::norm_heads_in_place(plain, query_weight, key_weight, 1e-3, layout);
        const at::Tensor wide = qkv.to(at::kDouble).view({120, 8, 10});
        const at::Tensor normed = wide * at::rsqrt(wide.square().mean(-1, true) + 1e-3);
        const at::Tensor wanted =
            at::cat({normed.narrow(1, 0, 4) * query_weight, normed.narrow(1, 4, 2) * key_weight,
                     wide.narrow(1, 6, 2)},
                    1)
                .view({120, 80});
        QVERIFY(error_between(fast, wanted) < tolerance(dtype));
        QVERIFY(error_between(plain, wanted) < tolerance(dtype));
        QVERIFY(at::equal(fast.narrow(1, 60, 20), qkv.narrow(1, 60, 20)));
    }

    void a_bias_is_added_to_the_product() {
        const at::Tensor x = at::randn({5, 32});
        const at::Tensor weight = at::randn({8, 32});
        const at::Tensor bias = at::randn({8});
        const at::Tensor wanted = x.to(at::kDouble).matmul(weight.to(at::kDouble).t()) + bias;
        QVERIFY(error_between(ops::linear(x, weight, bias), wanted) < tolerance(at::kFloat));
        QVERIFY(at::equal(ops::linear(x, weight), ops::linear(x, weight, at::zeros({8}))));
        const at::Tensor narrow = x.to(at::kBFloat16);
        QVERIFY(at::equal(ops::linear(narrow, weight, bias),
                          (narrow.to(at::kFloat).matmul(weight.t()) + bias).to(at::kBFloat16)));
    }

    void a_wide_weight_rounds_the_product_once() {
        const at::Tensor x = at::randn({4, 32}).to(at::kBFloat16);
        const at::Tensor weight = at::randn({8, 32}).to(at::kBFloat16);
        const at::Tensor product = ops::linear(x, weight.to(at::kFloat));
        QCOMPARE(product.scalar_type(), at::kBFloat16);
        QVERIFY(at::equal(product,
                          x.to(at::kFloat).matmul(weight.to(at::kFloat).t()).to(at::kBFloat16)));
    }

    void cuda_kernels_data() {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("head_dim");
        for (const int head_dim : {6, 16, 64, 128}) {
            QTest::addRow("float32 %d", head_dim) << static_cast<int>(at::kFloat) << head_dim;
            QTest::addRow("bfloat16 %d", head_dim) << static_cast<int>(at::kBFloat16) << head_dim;
            QTest::addRow("float16 %d", head_dim) << static_cast<int>(at::kHalf) << head_dim;
        }
    }

    /// The kernels for CUDA against the same operations on the CPU in float32, at widths that
    /// vectors divide and at others.
    void cuda_kernels() {
        if (!at::hasCUDA() || compat::cuda_device_count() == 0) QSKIP("needs a GPU");
        QFETCH(int, dtype);
        QFETCH(int, head_dim);
        const auto type = static_cast<at::ScalarType>(dtype);
        const auto on_gpu = [&](const at::Tensor& t) { return t.to(at::kCUDA); };
        const auto near = [&](const at::Tensor& gpu, const at::Tensor& cpu) {
            const double bound = type == at::kFloat ? 2e-6 : 1.6e-2;
            return at::allclose(gpu.to(at::kCPU).to(at::kFloat), cpu.to(at::kFloat), bound, bound);
        };
        const ops::AttentionLayout layout{2, 40, 4, 2, head_dim};
        const std::int64_t width = 4 * head_dim;
        const at::Tensor x = at::randn({80, width}).to(type);
        const at::Tensor wide = x.to(at::kFloat);
        const at::Tensor weight = at::rand({width}).to(type).to(at::kFloat);
        QVERIFY(near(ops::rms_norm(on_gpu(x), on_gpu(weight), 1e-5),
                     ops::reference::rms_norm(wide, weight, 1e-5)));

        at::Tensor qkv = at::randn({80, 8 * head_dim}).to(type);
        at::Tensor wide_qkv = qkv.to(at::kFloat);
        const at::Tensor angles = at::rand({40, head_dim / 2}) * 6.0;
        const ops::RopeTable rope{angles.cos(), angles.sin()};
        at::Tensor turned = on_gpu(qkv);
        ops::rotate_in_place(turned, {on_gpu(rope.cosine), on_gpu(rope.sine)}, layout);
        ops::reference::rotate_in_place(wide_qkv, rope, layout);
        QVERIFY(near(turned, wide_qkv));

        QVERIFY(near(ops::swiglu(on_gpu(x)), ops::reference::swiglu(wide)));

        const at::Tensor targets = at::randint(width, {80}, at::kLong);
        const ops::Loss got = ops::cross_entropy(on_gpu(x), on_gpu(targets));
        const ops::Loss wanted = ops::reference::cross_entropy(wide, targets);
        QVERIFY(at::allclose(got.nll.to(at::kCPU), wanted.nll, 1e-5, 1e-5));
        QVERIFY(at::equal(got.correct.to(at::kCPU), wanted.correct));
    }
};

HEADSCOPE_TEST(TestOps)
#include "test_ops.moc"
