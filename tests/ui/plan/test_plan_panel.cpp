#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/plan/calibration_dialog.h"
#include "ui/plan/layer_bars.h"
#include "ui/plan/measure_choice.h"
#include "ui/plan/plan_panel.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// The value that stands beside a label of the summary; the last of that name.
QString value_of(const PlanPanel& panel, const QString& name) {
    const auto labels = panel.findChildren<QLabel*>();
    QString value;
    for (const QLabel* label : labels) {
        if (label->accessibleDescription() == name) value = label->text();
    }
    return value;
}

QComboBox* combo(const PlanPanel& panel, const char* name) {
    return panel.findChild<QComboBox*>(QLatin1String(name));
}

}  // namespace

class TestPlanPanel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void numbers_are_those_of_core() {
        const auto model = demo_opened_model();
        Session session;
        session.set_model(model);
        PlanPanel panel(session);
        panel.show();
        session.choose_layers({1, 4});
        for (const double threshold : {0.98, 0.5, 1.0}) {
            session.choose_threshold(threshold);
            MergePlan plan = make_merge_plan(model->matrices, model->config(), {threshold, {}, {}});
            std::erase_if(plan.layers,
                          [](const LayerPlan& each) { return each.layer == 1 || each.layer == 4; });
            const PlanSummary sum = summarize(plan, model->config());
            const auto value = [&](const char* name) {
                return value_of(panel, QLatin1String(name));
            };
            QCOMPARE(value("Pairs"), count_text(sum.pairs));
            QCOMPARE(value("Groups"), count_text(sum.groups));
            QCOMPARE(value("Heads merged"),
                     QStringLiteral("%1 of 64").arg(count_text(sum.merged_heads)));
            QCOMPARE(value("Heads that become identical"), count_text(sum.identical_heads));
            QCOMPARE(value("KV heads touched"),
                     QStringLiteral("%1 of 32").arg(count_text(sum.kv_heads_touched)));
            QCOMPARE(value("Side effects"), count_text(sum.side_effect_heads));
            QCOMPARE(value("Heads"), count_text(sum.removable_heads));
            QCOMPARE(value("KV heads"), count_text(sum.removable_kv_heads));
            QCOMPARE(value("Parameters"), count_text(sum.removable_parameters));
            QCOMPARE(value("Weights"), bytes_text(sum.removable_bytes));
            QCOMPARE(value("KV cache per token"), bytes_text(sum.kv_cache_bytes_per_token));
        }
    }

    void copies_the_summary() {
        const auto model = demo_opened_model();
        Session session;
        PlanPanel panel(session);
        QCOMPARE(panel.copy_text(), QString());
        session.set_model(model);
        session.choose_threshold(0.975);
        const MergePlan plan = make_merge_plan(model->matrices, model->config(), {0.975, {}, {}});
        const PlanSummary sum = summarize(plan, model->config());
        const QString wanted =
            QStringLiteral(
                "quantity\tvalue\nmeasure\tq\nthreshold\t0.975\ngrouping\tcomponents\n"
                "kv_"
                "policy\taverage\nalign\tnone\nweights\tplain\nrescale\tfalse\n"
                "representative\tmean\nmerge\t\nremove\t\nremove_by\tnorm\nrefit\tnone\n"
                "refit_target\tauto\nrefit_layers\tchanged\ndistill\t0\ndistill_rate\t0."
                "0003\nexclude\t\n"
                "layers\t6\nheads\t96\nkv_heads\t48\n") +
            QStringLiteral(
                "pairs\t%1\ngroups\t%2\nmerged_heads\t%3\nremoved_heads\t0\nidentical_heads\t%4\n"
                "kv_heads_touched\t%5\nside_effect_heads\t%6\n")
                .arg(sum.pairs)
                .arg(sum.groups)
                .arg(sum.merged_heads)
                .arg(sum.identical_heads)
                .arg(sum.kv_heads_touched)
                .arg(sum.side_effect_heads) +
            QStringLiteral(
                "removable_heads\t%1\nremovable_kv_heads\t%2\nremovable_parameters\t%3\n"
                "removable_bytes\t%4\nkv_cache_bytes_per_token\t%5\n")
                .arg(sum.removable_heads)
                .arg(sum.removable_kv_heads)
                .arg(sum.removable_parameters)
                .arg(sum.removable_bytes)
                .arg(sum.kv_cache_bytes_per_token);
        QCOMPARE(panel.copy_text(), wanted);
    }

    void combos_change_the_rule_and_follow_it() {
        Session session;
        session.set_model(demo_opened_model());
        PlanPanel panel(session);
        panel.show();
        QComboBox* grouping = combo(panel, "grouping");
        QComboBox* kv_policy = combo(panel, "kv_policy");
        QTest::keyClick(grouping, Qt::Key_Down);
        QCOMPARE(session.choices().grouping, Grouping::complete);
        QTest::keyClick(kv_policy, Qt::Key_End);
        QCOMPARE(session.choices().kv_policy, KvPolicy::within);
        QCOMPARE(session.undo_stack()->count(), 2);
        QCOMPARE(session.undo_stack()->text(0), QStringLiteral("Change grouping"));
        QCOMPARE(session.undo_stack()->text(1), QStringLiteral("Change keys and values"));
        session.undo_stack()->undo();
        session.undo_stack()->undo();
        QCOMPARE(grouping->currentIndex(), 0);
        QCOMPARE(kv_policy->currentIndex(), 0);
        const std::array groupings = {Grouping::components, Grouping::complete, Grouping::matching,
                                      Grouping::sequential};
        for (int i = 0; i < 4; ++i) {
            grouping->setCurrentIndex(i);
            QCOMPARE(session.choices().grouping, groupings[static_cast<std::size_t>(i)]);
            QVERIFY(!grouping->itemData(i, Qt::ToolTipRole).toString().isEmpty());
        }
    }

    void the_manner_of_the_mean_can_be_chosen() {
        Session session;
        session.set_model(demo_opened_model());
        session.choose_threshold(0.5);
        PlanPanel panel(session);
        panel.show();
        QComboBox* align = combo(panel, "align");
        QComboBox* weights = combo(panel, "weights");
        auto* rescale = panel.findChild<QCheckBox*>(QStringLiteral("rescale"));
        QVERIFY(rescale);
        const int steps = session.undo_stack()->count();
        const LayerMerge plain = session.layer_plan(0).merge;
        QTest::keyClick(align, Qt::Key_Down);
        QTest::keyClick(weights, Qt::Key_Down);
        rescale->click();
        QCOMPARE(session.choices().align, Alignment::weights);
        QCOMPARE(session.choices().weights, MeanWeights::norm);
        QVERIFY(session.choices().rescale);
        // The plans of layers follow, though their pairs are the same.
        const LayerMerge merge = session.layer_plan(0).merge;
        QCOMPARE(merge.head_steps, plain.head_steps);
        QCOMPARE(merge.align, Alignment::weights);
        QCOMPARE(merge.weights, MeanWeights::norm);
        QVERIFY(merge.rescale);
        QCOMPARE(session.plan_maker().plan_at(0.5).rule.align, Alignment::weights);
        QVERIFY(session.plan_maker().plan_at(0.5).layers.at(0).merge == merge);
        QVERIFY(panel.copy_text().contains(
            QStringLiteral("align\tweights\nweights\tnorm\nrescale\ttrue\n")));
        QCOMPARE(session.undo_stack()->count(), steps + 3);
        QCOMPARE(session.undo_stack()->text(steps), QStringLiteral("Change alignment"));
        for (int i = 0; i < 3; ++i)
            session.undo_stack()->undo();
        QCOMPARE(align->currentIndex(), 0);
        QCOMPARE(weights->currentIndex(), 0);
        QVERIFY(!rescale->isChecked());
        QVERIFY(session.layer_plan(0).merge == plain);
        for (QComboBox* box : {align, weights}) {
            QCOMPARE(box->count(), 3);
            for (int i = 0; i < box->count(); ++i)
                QVERIFY(!box->itemData(i, Qt::ToolTipRole).toString().isEmpty());
        }
    }

    /// Until its figures are there, plans do without them; the text is a choice beside the measure.
    void steps_of_training_need_a_refit() {
        Session session;
        session.set_model(demo_opened_model());
        PlanPanel panel(session);
        panel.show();
        auto* steps = panel.findChild<QSpinBox*>(QStringLiteral("distillation"));
        QComboBox* refit = combo(panel, "refit");
        QVERIFY(!steps->isEnabled());
        refit->setCurrentIndex(1);
        QVERIFY(steps->isEnabled());
        steps->setValue(100);
        QCOMPARE(session.choices().refit.distill, 100);
        QCOMPARE(session.undo_stack()->undoText(), QStringLiteral("Change training steps"));
        session.undo_stack()->undo();
        QCOMPARE(steps->value(), 0);
        session.undo_stack()->redo();
        refit->setCurrentIndex(0);
        QCOMPARE(session.choices().refit.distill, 0);
        QCOMPARE(session.choices().rule_at(0.5).refit, RefitRule());
    }

    void means_by_a_calibration_text_can_be_chosen() {
        Session session;
        session.set_model(demo_opened_model());
        session.choose_threshold(0.5);
        PlanPanel panel(session);
        panel.show();
        QComboBox* align = combo(panel, "align");
        QComboBox* weights = combo(panel, "weights");
        MeasureChoice choice(session);
        choice.show();
        auto* calibration = choice.findChild<QPushButton*>(QStringLiteral("calibration"));
        const QString summary = panel.copy_text();
        QVERIFY(!calibration->isVisible());
        QTest::keyClick(align, Qt::Key_End);
        QCOMPARE(session.choices().align, Alignment::activations);
        QVERIFY(calibration->isVisible());
        QTest::keyClick(align, Qt::Key_Home);
        QVERIFY(!calibration->isVisible());
        QTest::keyClick(weights, Qt::Key_End);
        QCOMPARE(session.choices().weights, MeanWeights::usage);
        QVERIFY(calibration->isVisible());
        QVERIFY(session.lacks_figures());
        QCOMPARE(panel.copy_text(), summary);
        MergeFigures figures{{session.choices().calibration, {}, false}, {}, {}};
        for (int layer = 0; layer < session.model()->layers(); ++layer)
            figures.layers.push_back({layer, std::vector<double>(16, 1.0), nullptr});
        session.set_measured(
            with_figures(session.model(), std::make_shared<const MergeFigures>(figures)));
        QVERIFY(panel.copy_text().contains(QStringLiteral("weights\tusage\n")));
        QCOMPARE(session.layer_plan(0).merge.usage.size(), std::size_t{16});
    }

    void the_measure_is_a_choice() {
        Session session;
        session.set_model(demo_opened_model());
        MeasureChoice panel(session);
        panel.show();
        QComboBox* measure = &panel.combo();
        auto* calibration = panel.findChild<QPushButton*>(QStringLiteral("calibration"));
        QCOMPARE(measure->count(), static_cast<int>(all_measures().size()));
        for (int i = measure->count() - 1; i >= 0; --i) {
            const Measure wanted = all_measures()[static_cast<std::size_t>(i)];
            measure->setCurrentIndex(i);
            QCOMPARE(session.choices().measure, wanted);
            QVERIFY(measure->itemText(i).contains(qstring(name_of(wanted))));
            QCOMPARE(measure->toolTip(), measure->itemData(i, Qt::ToolTipRole).toString());
            // A text belongs to measures of behaviour alone.
            QCOMPARE(calibration->isVisible(), kind_of(wanted) == MeasureKind::behaviour);
        }
        Choices choices = session.choices();
        choices.measure = Measure::ov_circuit;
        session.choose(choices, QStringLiteral("another"));
        QCOMPARE(measure->currentText().contains(QStringLiteral("ov-circuit")), true);
        session.undo_stack()->undo();
        QCOMPARE(measure->currentIndex(), 0);
        choices.measure = Measure::cka;
        choices.calibration = {"/texts/mine.txt", 12};
        session.choose(choices, QStringLiteral("x"));
        QVERIFY(calibration->text().contains(QStringLiteral("mine.txt")));
        QVERIFY(calibration->text().contains(QStringLiteral("12")));
    }

    void the_calibration_dialog_gives_what_it_shows() {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("text.txt"));
        CalibrationDialog dialog({{}, 5});
        QVERIFY(dialog.options() == (CalibrationOptions{{}, 5}));
        auto* path = dialog.findChild<QLineEdit*>(QStringLiteral("file"));
        auto* ok = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        path->setText(file);
        QVERIFY(!ok->isEnabled());
        QVERIFY(!dialog.findChild<QLabel*>(QStringLiteral("mistake"))->text().isEmpty());
        std::ofstream(file.toStdString()) << "text";
        path->setText({});
        path->setText(file);
        QVERIFY(ok->isEnabled());
        dialog.findChild<QSpinBox*>(QStringLiteral("windows"))->setValue(0);
        QVERIFY(dialog.options() == (CalibrationOptions{file.toStdString(), 0}));
    }

    void a_hidden_panel_catches_up_when_it_is_shown() {
        Session session;
        session.set_model(demo_opened_model());
        PlanPanel panel(session);
        session.choose_threshold(0.5);
        const auto pairs = count_text(session.summary().pairs);
        QVERIFY(value_of(panel, QStringLiteral("Pairs")) != pairs);
        panel.show();
        QCOMPARE(value_of(panel, QStringLiteral("Pairs")), pairs);
        session.set_model(nullptr);
        QCOMPARE(value_of(panel, QStringLiteral("Pairs")), QStringLiteral("\u2013"));
    }

    void bars_are_as_high_as_layers_have_merged_heads() {
        Session session;
        session.set_model(demo_opened_model());
        session.choose_threshold(0.5);
        session.choose_layers({2});
        LayerBars bars(session);
        bars.resize(400, 200);
        const QImage image = bars.grab().toImage();
        const PlotColors colors = plot_colors(bars.palette());
        std::vector<std::pair<std::int64_t, int>> heights;
        for (int layer = 0; layer < 6; ++layer) {
            const QRectF column = bars.column(layer);
            const int x = static_cast<int>(column.center().x());
            int filled = 0;
            for (int y = static_cast<int>(column.top()); y < static_cast<int>(column.bottom());
                 ++y) {
                filled += image.pixelColor(x, y) == colors.merged ? 1 : 0;
            }
            if (layer == 2) {
                QCOMPARE(filled, 0);  // grey
            } else {
                heights.emplace_back(session.layer_summary(layer).merged_heads, filled);
            }
        }
        QVERIFY(heights.front().first > 0);
        const double unit = static_cast<double>(heights.front().second) /
                            static_cast<double>(heights.front().first);
        QVERIFY(unit > 2.0);
        for (const auto& [merged, filled] : heights) {
            QVERIFY(std::abs(filled - unit * static_cast<double>(merged)) <= 2.0);
        }
    }

    void bars_focus_layers() {
        for (const int layers : {6, 80}) {
            Session session;
            session.set_model(synthetic_model(layers, 16, 8, 5));
            LayerBars bars(session);
            bars.resize(300, 150);
            bars.show();
            for (const int layer : {3, layers - 1, 0, 2}) {
                QTest::mouseClick(&bars, Qt::LeftButton, {}, bars.column(layer).center().toPoint());
                QCOMPARE(session.focused_layer(), layer);
                QVERIFY(bars.describe(layer).contains(QStringLiteral("Layer %1").arg(layer)));
            }
            QTest::keyClick(&bars, Qt::Key_Right);
            QCOMPARE(session.focused_layer(), 3);
            QTest::keyClick(&bars, Qt::Key_End);
            QCOMPARE(session.focused_layer(), layers - 1);
            QTest::keyClick(&bars, Qt::Key_Right);
            QCOMPARE(session.focused_layer(), layers - 1);
            QCOMPARE(bars.layer_at(QPointF(1, 50)), -1);
        }
    }

    void a_large_model_keeps_up_with_a_slider() {
        Session session;
        session.set_model(synthetic_model(80, 64, 8, 2));
        PlanPanel panel(session);
        panel.resize(320, 600);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        qint64 fastest = std::numeric_limits<qint64>::max();
        for (const double threshold : {0.95, 0.999, 0.96, 0.998}) {
            session.blockSignals(true);
            session.choose_threshold(threshold);
            session.blockSignals(false);
            QElapsedTimer timer;
            timer.start();
            Q_EMIT session.plan_changed();
            panel.repaint();
            fastest = std::min(fastest, timer.nsecsElapsed());
        }
        qInfo("%.2f ms", static_cast<double>(fastest) / 1e6);
        QVERIFY(fastest < 16'000'000);
    }
};

HEADSCOPE_TEST(TestPlanPanel)
#include "test_plan_panel.moc"
