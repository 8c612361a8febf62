#include <QTest>

#include <ATen/ATen.h>

#include "core/merging/align_torch.h"
#include "tests/model/tiny_model.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

/// Attention weights as apply_merge takes them, views of copies in float32.
class Projections {
  public:
    Projections(const AttentionWeights& from, const ModelConfig& config)
        : qkv_(from.qkv.to(at::kFloat, false, true)), o_(from.o.to(at::kFloat, false, true)) {
        const std::int64_t q = config.num_attention_heads * config.head_dim;
        const std::int64_t kv = config.num_key_value_heads * config.head_dim;
        views_ = {qkv_.narrow(0, 0, q), qkv_.narrow(0, q, kv), qkv_.narrow(0, q + kv, kv), o_};
        if (!from.qkv_bias.defined()) return;
        bias_ = from.qkv_bias.to(at::kFloat, false, true);
        views_.q_bias = bias_.narrow(0, 0, q);
        views_.k_bias = bias_.narrow(0, q, kv);
        views_.v_bias = bias_.narrow(0, q + kv, kv);
    }

    [[nodiscard]] AttentionProjections& views() { return views_; }

    [[nodiscard]] AttentionWeights weights(const AttentionWeights& like) const {
        const auto type = like.qkv.scalar_type();
        AttentionWeights changed = like;
        changed.qkv = qkv_.to(type);
        changed.o = o_.to(type);
        if (bias_.defined()) changed.qkv_bias = bias_.to(type);
        return changed;
    }

  private:
    at::Tensor qkv_;
    at::Tensor o_;
    at::Tensor bias_;
    AttentionProjections views_;
};

/// How far a layer's blocks moved, as a share of their size.
double moved(const at::Tensor& before, const at::Tensor& after) {
    return ((after - before).norm() / before.norm()).item<double>();
}

}  // namespace

/// Turning bases by itself leaves what a model computes as it was, in every family.
class TestAlignmentAlone : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void losses_stay_data() {
        QTest::addColumn<int>("index");
        QTest::addColumn<bool>("keep");
        int index = 0;
        for (const json& entry : golden_architectures().at("cases")) {
            for (const bool keep : {false, true}) {
                QTest::addRow("%s%s", entry.at("name").get<std::string>().c_str(),
                              keep ? ", keep" : "")
                    << index << keep;
            }
            ++index;
        }
    }
    void losses_stay() {
        QFETCH(int, index);
        QFETCH(bool, keep);
        const json& entry = case_of(index);
        const TinyModel model(entry);
        const ModelConfig& config = model.checkpoint().config();
        const bool queries_turn = config.head_norm == HeadNorm::none && config.rope.rotary_dim == 0;
        Variant merges = merges_of(entry);
        double values_moved = 0.0;
        double queries_moved = 0.0;
        const at::Tensor turned = model.losses_after(
            at::kDouble, [&](int layer, const AttentionWeights& original, const WeightFormat&) {
                if (!merges.contains(layer)) return original;
                LayerMerge& merge = merges[layer];
                if (keep) merge.kv_steps.clear();
                merge.align = Alignment::weights;
                merge.align_queries = queries_turn;
                Projections projections(original, config);
                align_bases(merge, config.head_dim,
                            head_weights(merge, config.head_dim, projections.views()),
                            projections.views());
                const AttentionWeights after = projections.weights(original);
                const std::int64_t q = config.num_attention_heads * config.head_dim;
                queries_moved += moved(original.qkv.narrow(0, 0, q), after.qkv.narrow(0, 0, q));
                values_moved += moved(original.o, after.o);
                return after;
            });
        const at::Tensor losses = model.losses(at::kDouble, Variant{});
        const double error = (turned - losses).abs().max().item<double>();
        qInfo("%.2g; O moved by %.2g, Q by %.2g", error, values_moved, queries_moved);
        QVERIFY(error < 1e-4);
        // Heads of one KV head are in one basis already; elsewhere much is turned.
        QCOMPARE(values_moved > 0.3, config.num_key_value_heads > 1);
        QCOMPARE(queries_moved > 0.1, config.num_key_value_heads > 1 && queries_turn);
        QCOMPARE(queries_moved == 0.0, config.num_key_value_heads == 1 || !queries_turn);
    }
};

HEADSCOPE_TEST(TestAlignmentAlone)
#include "test_alignment_alone.moc"
