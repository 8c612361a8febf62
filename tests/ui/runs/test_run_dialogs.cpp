#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTemporaryFile>
#include <QTest>

#include "tests/support/test_program.h"
#include "ui/runs/settings_dialog.h"
#include "ui/runs/sweep_dialog.h"
#include "ui/runs/threshold_list.h"

using namespace headscope;
using namespace headscope::ui;

namespace {

template <typename Widget>
Widget& child(const QDialog& dialog, const char* name) {
    return *dialog.findChild<Widget*>(QString::fromLatin1(name));
}

bool can_accept(const QDialog& dialog) {
    return dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled();
}

void compare(const EvaluationSettings& is, const EvaluationSettings& wanted) {
    QCOMPARE(is.text.protocol, wanted.text.protocol);
    QCOMPARE(is.text.window, wanted.text.window);
    QCOMPARE(is.text.max_windows, wanted.text.max_windows);
    QCOMPARE(is.text.corpus, wanted.text.corpus);
    QCOMPARE(is.compute.device, wanted.compute.device);
    QCOMPARE(is.compute.dtype, wanted.compute.dtype);
    QCOMPARE(is.compute.threads, wanted.compute.threads);
}

}  // namespace

class TestRunDialogs : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { QLocale::setDefault(QLocale::c()); }

    void thresholds_are_read_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("comma");
        QTest::addColumn<QList<double>>("wanted");  // empty: a mistake
        const auto row = [](const char* text, bool comma, const QList<double>& wanted) {
            QTest::addRow("%s %s", text, comma ? "(comma)" : "")
                << QString::fromUtf8(text) << comma << wanted;
        };
        row("0.98, 0.99, 0.995", false, {0.98, 0.99, 0.995});
        row("0.98,0.99", false, {0.98, 0.99});
        row("0.98;0.99 0.9\n1", false, {0.98, 0.99, 0.9, 1.0});
        row(" ,0.98,, ", false, {0.98});
        row("0.98 0.98", false, {0.98});
        row("-1 -0.5 .5", false, {-1.0, -0.5, 0.5});
        row("\u22120.5", false, {-0.5});
        row("1e-3", false, {0.001});
        row("0,98; 0,99", false, {});  // 98 is no threshold
        row("0,98; 0,99", true, {0.98, 0.99});
        row("0,98, 0,99", true, {0.98, 0.99});
        row("0,98 0,99", true, {0.98, 0.99});
        row("0.98,0.99", true, {0.98, 0.99});
        row("0.98; 0,5", true, {0.98, 0.5});
        row("0,98,0,99", true, {});
        row("", false, {});
        row(" ; ", false, {});
        row("abc", false, {});
        row("1.01", false, {});
        row("-2", false, {});
        row("nan", false, {});
        row("inf", false, {});
    }

    void thresholds_are_read() {
        QFETCH(QString, text);
        QFETCH(bool, comma);
        QFETCH(QList<double>, wanted);
        QString error;
        const std::vector<double> values =
            parse_thresholds(text, &error, comma ? QLocale(QLocale::German) : QLocale::c());
        QCOMPARE(QList<double>(values.begin(), values.end()), wanted);
        QCOMPARE(error.isEmpty(), !wanted.isEmpty());
        QVERIFY(error.isEmpty() || error.endsWith(QLatin1Char('.')));
    }

    void thresholds_read_back() {
        const std::vector<double> values = {-1.0, 0.0, 0.1, 0.98, 0.995, 1.0 / 3.0};
        for (const QLocale& locale : {QLocale::c(), QLocale(QLocale::Russian)}) {
            QCOMPARE(parse_thresholds(thresholds_text(values, locale), nullptr, locale), values);
        }
    }

    void too_many_thresholds_are_a_mistake() {
        QString text;
        for (int i = 0; i <= kMostThresholds; ++i)
            text += QStringLiteral("%1 ").arg(i / 1000.0);
        QString error;
        QVERIFY(parse_thresholds(text, &error).empty());
        QVERIFY(error.contains(QString::number(kMostThresholds)));
    }

    void ranges_have_no_dust() {
        QCOMPARE(threshold_range(0.7, 1.0, 0.1, nullptr),
                 (std::vector<double>{0.7, 0.8, 0.9, 1.0}));
        QCOMPARE(threshold_range(0.9, 0.99, 0.04, nullptr), (std::vector<double>{0.9, 0.94, 0.98}));
        QCOMPARE(threshold_range(1.0, 0.8, -0.1, nullptr), (std::vector<double>{1.0, 0.9, 0.8}));
        QCOMPARE(threshold_range(0.5, 0.5, 0.1, nullptr), std::vector<double>{0.5});
        QString error;
        QVERIFY(threshold_range(0.5, 0.6, 0.0, &error).empty() && !error.isEmpty());
        QVERIFY(threshold_range(0.5, 0.6, -0.1, &error).empty() && !error.isEmpty());
        QVERIFY(threshold_range(0.0, 1.0, 0.0001, &error).empty() && !error.isEmpty());
    }

    void the_sweep_dialog_judges_while_one_types() {
        SweepDialog dialog(QStringLiteral("0.98, 0.99"));
        QCOMPARE(dialog.thresholds(), (std::vector<double>{0.98, 0.99}));
        QVERIFY(can_accept(dialog));
        auto& list = child<QLineEdit>(dialog, "list");
        list.setText(QStringLiteral("0.98, x"));
        QVERIFY(!can_accept(dialog));
        QVERIFY(child<QLabel>(dialog, "verdict").text().contains(QLatin1Char('x')));
        QVERIFY(dialog.thresholds().empty());
        list.setText(QStringLiteral("0.5"));
        QVERIFY(can_accept(dialog));
        QVERIFY(child<QLabel>(dialog, "verdict").text().startsWith(QLatin1Char('1')));
    }

    void a_range_is_added_to_the_list() {
        SweepDialog dialog(QStringLiteral("0.98"));
        child<QDoubleSpinBox>(dialog, "from").setValue(0.96);
        child<QDoubleSpinBox>(dialog, "to").setValue(1.0);
        child<QDoubleSpinBox>(dialog, "step").setValue(0.02);
        child<QPushButton>(dialog, "add").click();
        QCOMPARE(dialog.thresholds(), (std::vector<double>{0.98, 0.96, 1.0}));
        QCOMPARE(dialog.text(), QStringLiteral("0.98, 0.96, 1.0"));
    }

    void settings_come_back_unchanged() {
        compare(SettingsDialog({}, 2048).settings(), {});
        QTemporaryFile corpus;
        QVERIFY(corpus.open());
        EvaluationSettings settings;
        settings.text = {corpus.fileName().toStdString(), Protocol::llama_cpp, 256, 10};
        settings.compute = {"cuda:1", "bfloat16", 3};
        const SettingsDialog dialog(settings, 2048);
        compare(dialog.settings(), settings);
        QVERIFY(can_accept(dialog));
    }

    void settings_are_what_one_sets() {
        SettingsDialog dialog({}, 1024);
        auto& window = child<QSpinBox>(dialog, "window");
        QCOMPARE(window.maximum(), 1024);
        QVERIFY(window.specialValueText().contains(QLocale().toString(1024)));
        child<QComboBox>(dialog, "protocol").setCurrentIndex(1);
        QVERIFY(window.specialValueText().contains(QStringLiteral("512")));
        window.setValue(512);
        child<QRadioButton>(dialog, "first_windows").setChecked(true);
        auto& count = child<QSpinBox>(dialog, "max_windows");
        QVERIFY(count.isEnabled());
        count.setValue(7);
        child<QComboBox>(dialog, "device").setCurrentIndex(1);
        child<QComboBox>(dialog, "dtype").setCurrentIndex(3);
        child<QSpinBox>(dialog, "threads").setValue(2);
        EvaluationSettings wanted;
        wanted.text = {{}, Protocol::llama_cpp, 512, 7};
        wanted.compute = {"cpu", "float16", 2};
        compare(dialog.settings(), wanted);
        child<QRadioButton>(dialog, "all_windows").setChecked(true);
        QCOMPARE(dialog.settings().text.max_windows, 0);
        QVERIFY(!count.isEnabled());
    }

    void impossible_settings_are_refused() {
        SettingsDialog dialog({}, 1024);
        child<QSpinBox>(dialog, "window").setValue(1);
        QVERIFY(!can_accept(dialog));
        child<QSpinBox>(dialog, "window").setValue(0);
        QVERIFY(can_accept(dialog));
        child<QLineEdit>(dialog, "corpus").setText(QStringLiteral("/no/such/file.txt"));
        QVERIFY(!can_accept(dialog));
        QVERIFY(!child<QLabel>(dialog, "mistake").text().isEmpty());
    }
};

HEADSCOPE_TEST(TestRunDialogs)
#include "test_run_dialogs.moc"
