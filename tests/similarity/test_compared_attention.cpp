#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <filesystem>

#include "core/similarity/similarity.h"
#include "tests/model/tiny_architectures.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const json& cases() {
    static const json file = golden("compared_attention.json");
    return file.at("cases");
}

/// The tiny model of a case, with every tensor that transformers' model has.
fs::path write_case(const QTemporaryDir& folder, const json& entry, const json& config) {
    std::vector<TensorSpec> tensors;
    for (const auto& [name, extents] : entry.at("tensors").items()) {
        const auto shape = extents.get<std::vector<std::int64_t>>();
        tensors.push_back({name, "F32", shape, tiny_tensor_bytes(name, shape)});
    }
    const fs::path model = fs::path(folder.path().toStdString()) / "model";
    fs::create_directories(model);
    write_bytes(model / "config.json", config.dump());
    write_safetensors(model / "model.safetensors", tensors);
    return model;
}

double largest_error(const SimilarityMatrix& matrix, const json& wanted) {
    double error = 0.0;
    for (int i = 0; i < matrix.heads; ++i)
        for (int j = 0; j < matrix.heads; ++j)
            error =
                std::max(error, std::abs(matrix.at(i, j) - wanted.at(static_cast<std::size_t>(i))
                                                               .at(static_cast<std::size_t>(j))
                                                               .get<double>()));
    return error;
}

}  // namespace

/// Models whose heads are compared, but that do not run.
class TestComparedAttention : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void heads_are_those_of_transformers_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < cases().size(); ++i)
            QTest::newRow(cases()[i].at("name").get<std::string>().c_str()) << static_cast<int>(i);
    }
    void heads_are_those_of_transformers() {
        QFETCH(const int, index);
        const json& entry = cases()[static_cast<std::size_t>(index)];
        // As its makers write the config, and as transformers writes it anew.
        for (const char* key : {"config", "saved_config"}) {
            const QTemporaryDir folder;
            const Checkpoint checkpoint =
                Checkpoint::open(write_case(folder, entry, entry.at(key)));
            std::vector<int> layers;
            for (const json& layer : entry.at("layers")) {
                layers.push_back(layer.at("layer"));
                QCOMPARE(checkpoint.config().heads_of(layers.back()).kv_heads,
                         layer.at("kv_heads").get<std::int64_t>());
            }
            for (const auto& [measure, name] : {std::pair{Measure::q, "q"},
                                                {Measure::k, "k"},
                                                {Measure::v, "v"},
                                                {Measure::o, "o"}}) {
                const auto matrices = compute_similarity(checkpoint, {measure, layers, 1}, {}, {});
                for (std::size_t i = 0; i < layers.size(); ++i) {
                    const double error = largest_error(matrices[i], entry.at("layers")[i].at(name));
                    QVERIFY2(error < 1e-6, qPrintable(QStringLiteral("%1 of layer %2: %3")
                                                          .arg(QLatin1String(name))
                                                          .arg(layers[i])
                                                          .arg(error)));
                }
            }
            // A layer of another kind counts as one head that writes nothing.
            QCOMPARE(compute_similarity(checkpoint, {Measure::q, {0}, 1}, {}, {})[0].heads, 1);
        }
    }

    void parameters_are_counted_once() {
        for (const json& entry : cases()) {
            const QTemporaryDir folder;
            const Checkpoint checkpoint =
                Checkpoint::open(write_case(folder, entry, entry.at("config")));
            std::int64_t count = 0;
            for (const auto& [name, shape] : entry.at("tensors").items()) {
                std::int64_t elements = 1;
                for (const json& extent : shape)
                    elements *= extent.get<std::int64_t>();
                count += elements;
            }
            QCOMPARE(checkpoint.parameter_count(), count);
        }
    }

    void running_them_is_refused() {
        const QTemporaryDir folder;
        const json& entry = cases()[0];
        const Checkpoint checkpoint =
            Checkpoint::open(write_case(folder, entry, entry.at("config")));
        const std::string error = error_of([&] { checkpoint.require_complete(); });
        QVERIFY2(contains(error, "can be compared, but it cannot be run") &&
                     contains(error, "Gated DeltaNet"),
                 error.c_str());
        std::string notes;
        for (const std::string& note : checkpoint.notes())
            notes += note + "; ";
        QVERIFY2(contains(notes, "layers 0,2 have linear attention"), notes.c_str());
    }

    void what_does_not_fit_is_told() {
        const QTemporaryDir folder;
        const json& entry = cases()[0];
        json config = entry.at("config");
        config["layer_types"] = json::array({"linear_attention"});
        const auto refusal = [&] {
            return error_of([&] { Checkpoint::open(write_case(folder, entry, config)); });
        };
        QVERIFY(contains(refusal(), "layer_types"));
        config["layer_types"] = json(4, "linear_attention");
        QVERIFY(contains(refusal(), "none of the 4 layers has full attention"));
        config.erase("layer_types");
        config["num_attention_heads"] = 3;  // the queries of six heads without gates
        config["num_key_value_heads"] = 1;
        const std::string error = refusal();
        QVERIFY2(contains(error, "q_proj.weight has the shape [192, 48]"), error.c_str());
        config = cases().back().at("config");
        config["num_kv_shared_layers"] = 6;
        QVERIFY(contains(refusal(), "no layer with full attention is left"));
    }
};

HEADSCOPE_TEST(TestComparedAttention)
#include "test_compared_attention.moc"
