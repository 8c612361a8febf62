#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "tests/ui/support/shown_panel.h"
#include "ui/plan/pair_model.h"
#include "ui/plan/pair_panel.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// A panel in a window, as a user has it.
struct Shown : ShownPanel<PairPanel> {
    explicit Shown(std::shared_ptr<const OpenedModel> model)
        : ShownPanel(std::move(model), {480, 400}) {
        table = panel.findChild<QTableView*>();
        pairs = panel.findChild<PairModel*>();
    }

    const PairModel::Row& row(int at) const { return pairs->pair(at); }
    bool says(const QString& part) const {
        const auto labels = panel.findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&](const QLabel* label) {
            return label->isVisible() && label->text().contains(part);
        });
    }

    QTableView* table = nullptr;
    PairModel* pairs = nullptr;
};

/// The whole text that is copied, made from core's plan alone.
QString wanted_text(const OpenedModel& model, double threshold) {
    struct Line {
        HeadPair pair;
        int layer;
        QString text;
    };
    std::vector<Line> lines;
    const MergePlan plan = make_merge_plan(model.matrices, model.config(), {threshold, {}, {}});
    for (const LayerPlan& layer : plan.layers) {
        for (const HeadPair& pair : layer.pairs) {
            int group = 1;
            while (
                std::ranges::find(layer.groups[static_cast<std::size_t>(group - 1)], pair.first) ==
                layer.groups[static_cast<std::size_t>(group - 1)].end()) {
                ++group;
            }
            const QStringList fields = {
                QString::number(layer.layer),
                QString::number(pair.first),
                QString::number(pair.second),
                QLocale::c().toString(pair.similarity, 'g', QLocale::FloatingPointShortest),
                QString::number(pair.first / 2),
                QString::number(pair.second / 2),
                QString::number(group)};
            lines.push_back({pair, layer.layer, fields.join(QLatin1Char('\t'))});
        }
    }
    std::ranges::stable_sort(
        lines, [](const Line& a, const Line& b) { return a.pair.similarity > b.pair.similarity; });
    QString text =
        QStringLiteral("layer\thead_1\thead_2\tsimilarity\tkv_head_1\tkv_head_2\tgroup\n");
    for (const Line& line : lines) {
        text += line.text + QLatin1Char('\n');
    }
    return text;
}

}  // namespace

class TestPairPanel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void copies_all_pairs_when_none_is_selected() {
        const auto model = demo_opened_model();
        Shown shown(model);
        QCOMPARE(shown.panel.copy_text(), wanted_text(*model, 0.98));
        QVERIFY(shown.panel.copy_text().count(QLatin1Char('\n')) > 5);
        shown.panel.hide();
        shown.session.choose_threshold(0.97);
        QCOMPARE(shown.panel.copy_text(), wanted_text(*model, 0.97));
    }

    void numbers_are_copied_without_a_locale() {
        const QLocale before;
        QLocale::setDefault(QLocale(QLocale::German));
        const auto model = demo_opened_model();
        Shown shown(model);
        QCOMPARE(shown.panel.copy_text(), wanted_text(*model, 0.98));
        QVERIFY(shown.pairs->index(0, PairModel::similarity)
                    .data()
                    .toString()
                    .contains(QLatin1Char(',')));
        QLocale::setDefault(before);
    }

    void copies_selected_rows() {
        const auto model = demo_opened_model();
        Shown shown(model);
        shown.table->selectRow(1);
        shown.table->setFocus();
        QTest::keyClick(shown.table, Qt::Key_Down, Qt::ShiftModifier);
        const QStringList all = wanted_text(*model, 0.98).split(QLatin1Char('\n'));
        const QString wanted =
            QStringList{all[0], all[2], all[3], QString()}.join(QLatin1Char('\n'));
        QCOMPARE(shown.panel.copy_text(), wanted);
        QGuiApplication::clipboard()->clear();
        QTest::keySequence(shown.table, QKeySequence::Copy);
        QCOMPARE(QGuiApplication::clipboard()->text(), wanted);
        QGuiApplication::clipboard()->clear();
        shown.panel.findChild<QPushButton*>()->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), wanted);
    }

    void a_row_focuses_its_layer_and_pins_its_pair() {
        Shown shown(demo_opened_model());
        for (int at = 0; at < shown.pairs->rowCount(); ++at) {
            const QModelIndex index = shown.pairs->index(at, PairModel::similarity);
            shown.table->scrollTo(index);
            QTest::mouseClick(shown.table->viewport(), Qt::LeftButton, {},
                              shown.table->visualRect(index).center());
            QCOMPARE(shown.session.focused_layer(), shown.row(at).layer);
            QVERIFY(shown.session.pinned());
            QCOMPARE(shown.session.pinned()->first, int{shown.row(at).first});
            QCOMPARE(shown.session.pinned()->second, int{shown.row(at).second});
            QCOMPARE(shown.table->currentIndex().row(), at);
        }
        shown.session.pin(std::nullopt);
        QVERIFY(!shown.table->selectionModel()->hasSelection());
        QVERIFY(!shown.session.pinned());
    }

    void table_follows_the_pinned_pair() {
        Shown shown(demo_opened_model());
        const PairModel::Row row = shown.row(4);
        shown.session.focus_layer(row.layer);
        shown.session.pin(HeadsOfInterest{row.first, row.second});
        QCOMPARE(shown.table->currentIndex().row(), 4);
        shown.session.choose_threshold(0.9);  // other rows, the same pair
        QTRY_COMPARE(shown.pairs->rowCount(), static_cast<int>(shown.session.summary().pairs));
        const auto now = shown.pairs->find(row.layer, {row.first, row.second});
        QCOMPARE(shown.table->currentIndex().row(), now.value());
        QVERIFY(shown.session.pinned());
    }

    void focused_layer_only() {
        Shown shown(demo_opened_model());
        auto* only = shown.panel.findChild<QCheckBox*>();
        only->setChecked(true);
        for (const int layer : {3, 1, 0}) {
            shown.session.focus_layer(layer);
            QCOMPARE(shown.pairs->rowCount(),
                     static_cast<int>(shown.session.layer_summary(layer).pairs));
        }
        shown.session.choose_layers({0});
        QTRY_COMPARE(shown.pairs->rowCount(), 0);
        only->setChecked(false);
        QCOMPARE(shown.pairs->rowCount(), static_cast<int>(shown.session.summary().pairs));
    }

    void header_sorts() {
        Shown shown(demo_opened_model());
        shown.session.choose_threshold(0.5);
        shown.table->sortByColumn(PairModel::first_head, Qt::DescendingOrder);
        QTRY_COMPARE(shown.pairs->rowCount(), static_cast<int>(shown.session.summary().pairs));
        for (int at = 1; at < shown.pairs->rowCount(); ++at) {
            QVERIFY(shown.row(at - 1).first >= shown.row(at).first);
        }
    }

    void says_that_a_threshold_selects_nothing() {
        Shown shown(demo_opened_model());
        QVERIFY(shown.table->isVisible());
        shown.session.choose_threshold(1.0);
        QTRY_VERIFY(!shown.table->isVisible());
        double highest = -1.0;
        for (const auto& matrix : shown.session.model()->matrices) {
            highest = std::max(highest, matrix.highest_off_diagonal());
        }
        QVERIFY(shown.says(similarity_text(highest)));
        Choices choices = shown.session.choices();
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{1, 0.9999}, {2, 0.5}};
        shown.session.choose(choices, QStringLiteral("layers"));
        shown.panel.findChild<QCheckBox*>()->setChecked(true);
        shown.session.focus_layer(0);
        QTRY_VERIFY(shown.says(QStringLiteral("Layer 0 has no threshold of its own")));
        shown.session.focus_layer(1);
        QTRY_VERIFY(shown.says(QStringLiteral("its threshold of 0.9999")));
        shown.panel.findChild<QCheckBox*>()->setChecked(false);
        shown.session.choose_layers({0, 1, 2, 3, 4, 5});
        QTRY_VERIFY(shown.says(QStringLiteral("All layers are excluded")));
        shown.session.set_model(nullptr);
        QVERIFY(shown.says(QStringLiteral("Open a model")));
    }
};

HEADSCOPE_TEST(TestPairPanel)
#include "test_pair_panel.moc"
