#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/layers/layer_filter.h"
#include "ui/layers/layer_model.h"
#include "ui/layers/layer_thumbnail.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// Core's own count, made without the session.
std::int64_t pairs_of(const OpenedModel& model, int layer, double threshold) {
    return static_cast<std::int64_t>(
        find_pairs(model.matrices[static_cast<std::size_t>(layer)], threshold).size());
}

}  // namespace

class TestLayerModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rows_are_those_of_core() {
        Session session;
        LayerModel layers(session);
        const QAbstractItemModelTester tester(&layers);
        QCOMPARE(layers.rowCount(), 0);
        const auto model = demo_opened_model();
        session.set_model(model);
        QCOMPARE(layers.rowCount(), 6);
        std::int64_t all = 0;
        for (int layer = 0; layer < 6; ++layer) {
            const QModelIndex index = layers.index(layer);
            const auto& matrix = model->matrices[static_cast<std::size_t>(layer)];
            double highest = -1.0;
            for (int i = 0; i < matrix.heads; ++i) {
                for (int j = 0; j < i; ++j) {
                    highest = std::max(highest, matrix.at(i, j));
                }
            }
            QCOMPARE(index.data(LayerModel::LayerRole).toInt(), layer);
            QCOMPARE(index.data().toString(), QStringLiteral("Layer %1").arg(layer));
            QCOMPARE(index.data(LayerModel::HighestRole).toDouble(), highest);
            QCOMPARE(index.data(LayerModel::PairsRole).toLongLong(), pairs_of(*model, layer, 0.98));
            QCOMPARE(index.data(LayerModel::FocusedRole).toBool(), layer == 0);
            const QString said = index.data(Qt::AccessibleTextRole).toString();
            QVERIFY(said.contains(QStringLiteral("Layer %1").arg(layer)));
            QVERIFY(said.contains(similarity_text(highest)));
            QVERIFY(said.contains(QString::number(pairs_of(*model, layer, 0.98))));
            all += pairs_of(*model, layer, 0.98);
        }
        QVERIFY(all > 0);
        session.set_model(nullptr);
        QCOMPARE(layers.rowCount(), 0);
    }

    void only_rows_that_change_are_announced() {
        Session session;
        const auto model = demo_opened_model();
        session.set_model(model);
        LayerModel layers(session);
        const QAbstractItemModelTester tester(&layers);
        QSignalSpy changed(&layers, &QAbstractItemModel::dataChanged);
        for (const double threshold : {0.97, 0.9, 0.99, 0.9995, 0.9996}) {
            std::vector<std::int64_t> before;
            for (int layer = 0; layer < 6; ++layer) {
                before.push_back(pairs_of(*model, layer, session.threshold()));
            }
            changed.clear();
            session.choose_threshold(threshold);
            QList<int> wanted;
            QList<int> announced;
            for (int layer = 0; layer < 6; ++layer) {
                const auto pairs = pairs_of(*model, layer, threshold);
                if (pairs != before[static_cast<std::size_t>(layer)]) wanted.append(layer);
                QCOMPARE(layers.index(layer).data(LayerModel::PairsRole).toLongLong(), pairs);
            }
            for (const auto& arguments : changed) {
                announced.append(arguments[0].toModelIndex().row());
            }
            QCOMPARE(announced, wanted);
        }
        changed.clear();
        session.choose_layers({3});
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 3);
    }

    void thresholds_of_layers_are_told() {
        Session session;
        const auto model = demo_opened_model();
        session.set_model(model);
        LayerModel layers(session);
        const QAbstractItemModelTester tester(&layers);
        QVERIFY(!layers.index(2).data(LayerModel::ThresholdRole).isValid());
        Choices choices = session.choices();
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{2, 0.9125}, {3, 0.98}};  // layer 3 keeps its pairs
        const QSignalSpy changed(&layers, &QAbstractItemModel::dataChanged);
        session.choose(choices, QStringLiteral("x"));
        QCOMPARE(layers.index(2).data(LayerModel::ThresholdRole).toDouble(), 0.9125);
        QCOMPARE(layers.index(2).data(LayerModel::PairsRole).toLongLong(),
                 pairs_of(*model, 2, 0.9125));
        QCOMPARE(layers.index(3).data(LayerModel::ThresholdRole).toDouble(), 0.98);
        QVERIFY(std::ranges::any_of(
            changed, [](const auto& arguments) { return arguments[0].toModelIndex().row() == 3; }));
        const auto said = [&](int layer) {
            return layers.index(layer).data(Qt::AccessibleTextRole).toString();
        };
        QVERIFY(said(2).contains(QStringLiteral("0.9125")));
        QCOMPARE(layers.index(0).data(LayerModel::PairsRole).toLongLong(), 0);
        QVERIFY(said(0).contains(QStringLiteral("no threshold of its own")));
    }

    void checking_chooses_layers_and_can_be_undone() {
        Session session;
        session.set_model(demo_opened_model());
        LayerModel layers(session);
        const QAbstractItemModelTester tester(&layers);
        QVERIFY(layers.setData(layers.index(2), Qt::Unchecked, Qt::CheckStateRole));
        QCOMPARE(session.choices().excluded_layers, (std::set<int>{2}));
        QCOMPARE(layers.index(2).data(Qt::CheckStateRole).toInt(), int{Qt::Unchecked});
        QVERIFY(layers.index(2)
                    .data(Qt::AccessibleTextRole)
                    .toString()
                    .contains(QStringLiteral("excluded")));
        session.undo_stack()->undo();
        QCOMPARE(session.choices().excluded_layers, std::set<int>{});
        QCOMPARE(layers.index(2).data(Qt::CheckStateRole).toInt(), int{Qt::Checked});
        session.undo_stack()->redo();
        QVERIFY(layers.setData(layers.index(2), Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(session.choices().excluded_layers, std::set<int>{});
        QVERIFY(!layers.setData(layers.index(2), 1, Qt::DisplayRole));
    }

    void thumbnails_show_the_matrix() {
        Session session;
        const auto model = demo_opened_model();
        session.set_model(model);
        LayerModel layers(session);
        double low = 1.0;
        double high = -1.0;
        for (const auto& matrix : model->matrices) {
            for (int i = 0; i < matrix.heads; ++i) {
                for (int j = 0; j < i; ++j) {
                    low = std::min(low, matrix.at(i, j));
                    high = std::max(high, matrix.at(i, j));
                }
            }
        }
        for (const auto scheme : {ColorScheme::sequential, ColorScheme::diverging}) {
            layers.set_color_scheme(scheme);
            const double end = std::max(std::abs(low), std::abs(high));
            const double first = scheme == ColorScheme::sequential ? low : -end;
            const double last = scheme == ColorScheme::sequential ? high : end;
            const auto image = layers.index(1).data(LayerModel::ThumbnailRole).value<QImage>();
            QCOMPARE(image.size(), QSize(16, 16));
            for (int i = 0; i < 16; ++i) {
                for (int j = 0; j < 16; ++j) {
                    const double at = (model->matrices[1].at(i, j) - first) / (last - first);
                    const double level = std::round(std::clamp(at, 0.0, 1.0) * 255.0) / 255.0;
                    QCOMPARE(image.pixel(j, i), scheme_color(scheme, level));
                }
            }
        }
    }

    void thumbnails_are_made_once() {
        Session session;
        session.set_model(demo_opened_model());
        LayerModel layers(session);
        const auto key = [&] {
            return layers.index(0).data(LayerModel::ThumbnailRole).value<QImage>().cacheKey();
        };
        const qint64 first = key();
        session.choose_threshold(0.5);
        QCOMPARE(key(), first);
        layers.set_color_scheme(ColorScheme::diverging);
        QVERIFY(key() != first);
    }

    void filter_leaves_layers_with_pairs_and_the_focused_one() {
        Session session;
        const auto model = demo_opened_model();
        session.set_model(model);
        LayerModel layers(session);
        LayerFilter filter;
        filter.setSourceModel(&layers);
        const QAbstractItemModelTester tester(&filter);
        QCOMPARE(filter.rowCount(), 6);
        filter.set_only_with_pairs(true);
        for (const double threshold : {0.98, 0.9999, 0.95, 0.5, 1.0, 0.99}) {
            session.choose_threshold(threshold);
            for (const int focused : {0, 5, 3}) {
                session.focus_layer(focused);
                QList<int> wanted;
                QList<int> shown;
                for (int layer = 0; layer < 6; ++layer) {
                    if (layer == focused || pairs_of(*model, layer, threshold) > 0) {
                        wanted.append(layer);
                    }
                }
                for (int row = 0; row < filter.rowCount(); ++row) {
                    shown.append(filter.index(row, 0).data(LayerModel::LayerRole).toInt());
                }
                QCOMPARE(shown, wanted);
            }
        }
        filter.set_only_with_pairs(false);
        QCOMPARE(filter.rowCount(), 6);
    }
};

HEADSCOPE_TEST(TestLayerModel)
#include "test_layer_model.moc"
