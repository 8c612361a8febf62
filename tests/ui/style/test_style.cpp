// What the folders of the window share: numbers, texts of stages, fields; and which folder may know
// which.

#include <QComboBox>
#include <QDirIterator>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QTabBar>
#include <QTest>
#include <QToolButton>
#include <vector>

#include "core/merging/ranked_pairs.h"
#include "tests/support/test_program.h"
#include "ui/style/fitting_tabs.h"
#include "ui/style/flow_layout.h"
#include "ui/style/measure_text.h"
#include "ui/style/number_field.h"
#include "ui/style/progress_text.h"
#include "ui/style/scale_label.h"
#include "ui/style/text.h"
#include "ui/style/veil.h"

using namespace headscope;
using namespace headscope::ui;

class TestStyle : public QObject {
    Q_OBJECT

    static void type(NumberField& field, const QString& text) {
        field.selectAll();
        QTest::keyClicks(&field, text);
        QTest::keyClick(&field, Qt::Key_Return);
    }

  private Q_SLOTS:
    void both_decimal_signs_are_taken() {
        for (const char* name : {"de_DE", "C", "ru_RU", "en_US"}) {
            NumberField field;
            field.setLocale(QLocale(QLatin1String(name)));
            field.setDecimals(4);
            field.setRange(-1.0, 1.0);
            field.setValue(0.5);
            type(field, QStringLiteral("0.95"));
            QCOMPARE(field.value(), 0.95);
            type(field, QStringLiteral("0,9125"));
            QCOMPARE(field.value(), 0.9125);
            type(field, QStringLiteral("-0,5"));
            QCOMPARE(field.value(), -0.5);
        }
    }

    void each_stage_has_its_text() {
        for (const char* stage :
             {"tokenizing", "similarity", "loading", "evaluating", "calibrating", "refitting",
              "measuring damage", "layers alone", "pairs alone", "adding", "all windows",
              "comparing merged heads", "writing", "reading", "drawing", "attention"}) {
            QVERIFY2(stage_text(stage) != QLatin1String(stage), stage);
            const QString counted = progress_text({stage, 3, 7, "things"});
            QVERIFY2(counted.contains(QLatin1Char('3')) && !counted.contains(QLatin1Char('%')),
                     qPrintable(counted));
            QCOMPARE(progress_text({stage, 0, 0, ""}), stage_text(stage));
        }
        QVERIFY(stage_text("").isEmpty());
        QCOMPARE(progress_text({"evaluating", 1200, 2000, "windows"}),
                 QStringLiteral("Evaluating, 1,200 of 2,000 windows"));
    }

    void what_is_below_1_does_not_read_1() {
        QCOMPARE(similarity_text(0.98123), QStringLiteral("0.9812"));
        QCOMPARE(similarity_text(1.0), QStringLiteral("1.0000"));
        QCOMPARE(similarity_text(0.99999), QStringLiteral("0.99999"));
        QCOMPARE(similarity_text(-0.25), QStringLiteral("\u22120.2500"));
        QCOMPARE(similarity_text(-0.00001), QStringLiteral("0.0000"));
    }

    void thresholds_have_the_fewest_digits() {
        const std::vector<double> falling = {
            1.0000000000000002, 0.8533378758220462, 0.853, 0.7502189, 0.1, -0.3};
        QCOMPARE(shortest_threshold(falling, falling[0]), 1.0);
        QCOMPARE(shortest_threshold(falling, falling[1]), 0.8533);
        QCOMPARE(shortest_threshold(falling, falling[2]), 0.8);
        QCOMPARE(shortest_threshold(falling, falling[3]), 0.7);
        QCOMPARE(shortest_threshold(falling, falling[5]), -0.3);
        const double none = threshold_of_closest(falling, 0);
        QVERIFY(shortest_threshold(falling, none) > falling[0]);
        QCOMPARE(shortest_threshold(std::vector{0.5, 0.4}, 0.9), 0.9);
        // As many pairs as asked for, whatever the digits.
        for (std::size_t count = 1; count <= falling.size(); ++count) {
            const double threshold =
                shortest_threshold(falling, threshold_of_closest(falling, count));
            QCOMPARE(static_cast<std::size_t>(std::count_if(
                         falling.begin(), falling.end(), [&](double v) { return v >= threshold; })),
                     count);
        }
    }

    void measures_have_a_word_and_their_name() {
        for (const Measure measure : all_measures()) {
            const QString name = qstring(name_of(measure));
            QVERIFY(measure_title(measure).contains(name));
        }
        QCOMPARE(measure_title(Measure::q), QStringLiteral("Query weights (q)"));
        QVERIFY(measure_explanation(Measure::cka).startsWith(QStringLiteral("Linear CKA of the")));
        QVERIFY(measure_explanation(Measure::q).endsWith(QStringLiteral("\ncos(Wq_i, Wq_j)")));
    }

    void tabs_fit_without_arrows() {
        FittingTabs tabs;
        const QStringList titles = {QStringLiteral("Map"), QStringLiteral("Two measures of pairs"),
                                    QStringLiteral("Text"),
                                    QStringLiteral("Everything that a plan costs")};
        for (const QString& title : titles)
            tabs.addTab(new QWidget, title);
        tabs.resize(2000, 200);
        tabs.show();
        QVERIFY(QTest::qWaitForWindowExposed(&tabs));
        QTabBar& bar = *tabs.tabBar();
        const auto widths = [&] {
            std::vector<int> all;
            for (int tab = 0; tab < bar.count(); ++tab)
                all.push_back(bar.tabRect(tab).width());
            return all;
        };
        const std::vector<int> whole = widths();
        QVERIFY(whole[0] < whole[1] && whole[1] < whole[3]);
        // Only the two long titles are cut, to the same width; the current one last.
        const int narrow = whole[0] + whole[1] + whole[2] + whole[1] - 20;
        tabs.resize(narrow, 200);
        QTRY_COMPARE(widths()[1], widths()[3]);
        QCOMPARE(widths()[0], whole[0]);
        QCOMPARE(widths()[2], whole[2]);
        QVERIFY(bar.tabRect(3).right() < narrow && widths()[3] < whole[1]);
        tabs.setCurrentIndex(3);
        QTRY_COMPARE(widths()[3], whole[3]);
        QVERIFY(bar.tabRect(3).right() < narrow);
        for (const QToolButton* arrow : bar.findChildren<QToolButton*>())
            QVERIFY(!arrow->isVisible());
        QVERIFY(!tabs.usesScrollButtons());
        tabs.resize(whole[3] + 3 * tabs.fontMetrics().averageCharWidth(), 200);
        QTRY_VERIFY(tabs.usesScrollButtons());
        QCOMPARE(widths()[1], whole[1]);
        tabs.resize(2000, 200);
        QTRY_COMPARE(widths(), whole);
        QVERIFY(!tabs.usesScrollButtons());
    }

    void a_narrow_row_of_choices_takes_fewer_lines() {
        QWidget place;
        auto* row = new FlowLayout(&place);
        row->setContentsMargins({});
        for (int i = 0; i < 2; ++i) {
            auto* box = new QComboBox;
            box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
            box->setMinimumContentsLength(4);
            box->addItem(QString(40, QLatin1Char('x')));
            row->addWidget(box);
        }
        const int wide = row->itemAt(0)->sizeHint().width();
        const int line = row->heightForWidth(3 * wide);
        QVERIFY(row->heightForWidth(wide) > line);
        row->set_shrinking(true);
        QCOMPARE(row->heightForWidth(wide), line);
        row->setGeometry(QRect(0, 0, wide, line));
        const QRect first = row->itemAt(0)->geometry();
        const QRect second = row->itemAt(1)->geometry();
        QVERIFY(first.right() < second.left() && second.right() < wide);
        QVERIFY(first.width() + second.width() > wide * 9 / 10);
        auto* label = new QLabel(QStringLiteral("first"));
        row->insert_first(label);
        QCOMPARE(row->itemAt(0)->widget(), label);
    }

    void a_long_label_is_broken_and_elided() {
        const QFont font;
        const QFontMetrics metrics(font);
        const QString text = QStringLiteral("Damage, millinats a token");
        QCOMPARE(in_two_lines(text, font, metrics.horizontalAdvance(text)), text);
        const int width = metrics.horizontalAdvance(QStringLiteral("millinats a token")) + 1;
        QCOMPARE(in_two_lines(text, font, width), QStringLiteral("Damage,\nmillinats a token"));
        for (const int less : {width / 2, width / 4, 1}) {
            const QStringList lines = in_two_lines(text, font, less).split(QLatin1Char('\n'));
            QVERIFY(lines.size() <= 2);
            if (less > 1) QVERIFY(lines.last().endsWith(QChar(0x2026)));
        }
    }

    void a_veil_covers_and_lets_the_mouse_through() {
        QWidget covered;
        Veil veil(covered);
        covered.resize(300, 200);
        covered.show();
        QVERIFY(!veil.isVisible());
        veil.show_text(QStringLiteral("Computing"));
        QVERIFY(veil.isVisible());
        QCOMPARE(veil.size(), covered.size());
        covered.resize(400, 300);
        QTRY_COMPARE(veil.size(), covered.size());
        QVERIFY(veil.testAttribute(Qt::WA_TransparentForMouseEvents));
        veil.show_text({});
        QVERIFY(!veil.isVisible());
    }

    /// A folder knows only folders before it in this list.
    void no_folder_includes_one_above_it() {
        const QStringList order = {QStringLiteral("panel"),      QStringLiteral("session"),
                                   QStringLiteral("style"),      QStringLiteral("heads"),
                                   QStringLiteral("difference"), QStringLiteral("layers"),
                                   QStringLiteral("heatmap"),    QStringLiteral("plan"),
                                   QStringLiteral("runs"),       QStringLiteral("distribution"),
                                   QStringLiteral("charts"),     QStringLiteral("measures"),
                                   QStringLiteral("search"),     QStringLiteral("map"),
                                   QStringLiteral("scatter"),    QStringLiteral("attention"),
                                   QStringLiteral("model"),      QStringLiteral("tradeoff"),
                                   QStringLiteral("text"),       QStringLiteral("window")};
        const QString root = QStringLiteral(HEADSCOPE_TESTS_DIR "/../ui");
        static const QRegularExpression include(QStringLiteral("#include \"ui/([^/]+)/"));
        QDirIterator files(root, {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files,
                           QDirIterator::Subdirectories);
        int checked = 0;
        while (files.hasNext()) {
            QFile file(files.next());
            const QString folder =
                QDir(root).relativeFilePath(file.fileName()).section(QLatin1Char('/'), 0, 0);
            QVERIFY2(order.contains(folder), qPrintable(folder));
            QVERIFY(file.open(QIODevice::ReadOnly));
            auto matches = include.globalMatch(QString::fromUtf8(file.readAll()));
            while (matches.hasNext()) {
                const QString other = matches.next().captured(1);
                QVERIFY2(order.indexOf(other) <= order.indexOf(folder),
                         qPrintable(file.fileName() + QStringLiteral(" includes ui/") + other));
                ++checked;
            }
        }
        QVERIFY(checked > 300);
    }
};

HEADSCOPE_TEST(TestStyle)
#include "test_style.moc"
