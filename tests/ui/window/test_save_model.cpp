#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QStatusBar>
#include <QTest>
#include <QTimer>

#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/export/export.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "tests/ui/window/window_fixture.h"
#include "ui/window/message_bar.h"
#include "ui/window/save_model_dialog.h"
#include "ui/window/status_widgets.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// Calls `what` with the modal dialog of this type as soon as it is there.
template <typename Dialog, typename What>
void in_dialog(What what) {
    QTimer::singleShot(0, qApp, [what] {
        auto* dialog = qobject_cast<Dialog*>(QApplication::activeModalWidget());
        if (dialog == nullptr) return in_dialog<Dialog>(what);
        what(*dialog);
    });
}

QLineEdit& folder_of(QDialog& dialog) {
    return *dialog.findChild<QLineEdit*>(QStringLiteral("folder"));
}

/// Chooses the entry with this text.
void choose(QDialog& dialog, const char* box, const QString& text) {
    auto* const choices = dialog.findChild<QComboBox*>(QLatin1String(box));
    QVERIFY2(choices->findText(text) >= 0, qPrintable(text));
    choices->setCurrentText(text);
}

QCheckBox& compact_of(QDialog& dialog) {
    return *dialog.findChild<QCheckBox*>(QStringLiteral("compact"));
}

QString verdict_of(const QDialog& dialog) {
    return dialog.findChild<QLabel*>(QStringLiteral("verdict"))->text();
}

QPushButton& button_of(QDialog& dialog) {
    return *dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save);
}

}  // namespace

class TestSaveModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void from_the_menu_to_a_model_that_opens() {
        WindowFixture at;
        QVERIFY(!at.window->actions().save_model->isEnabled());
        at.open_demo();
        QVERIFY(at.window->actions().save_model->isEnabled());
        const QString folder = at.folder.filePath(QStringLiteral("saved"));
        const QSignalSpy saved(&at.workbench->saver(), &ModelSaver::saved);
        in_dialog<SaveModelDialog>([&](SaveModelDialog& dialog) {
            QVERIFY(folder_of(dialog).text().endsWith(QStringLiteral("demo-merged-0.98")));
            folder_of(dialog).setText(folder);
            button_of(dialog).click();
        });
        at.window->actions().save_model->trigger();
        QVERIFY(at.workbench->saver().saving());
        QVERIFY(at.window->actions().cancel->isEnabled());
        QVERIFY(!at.window->actions().save_model->isEnabled());
        QVERIFY(at.find<JobStatus>().isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
        QVERIFY(!at.find<JobStatus>().isVisible());
        QVERIFY(at.window->actions().save_model->isEnabled());
        QVERIFY(at.window->statusBar()->currentMessage().contains(folder));

        at.workbench->open(folder + QStringLiteral("/headscope_manifest.json"));
        QTRY_VERIFY_WITH_TIMEOUT(
            at.workbench->session().model()->checkpoint.directory() == folder.toStdString(),
            kPatience);
        // Merged heads are the same heads now.
        QCOMPARE(at.workbench->session().highest_similarity(), std::optional(1.0));
        // The next is proposed beside it.
        in_dialog<SaveModelDialog>([&](SaveModelDialog& dialog) {
            QVERIFY(folder_of(dialog).text().startsWith(at.folder.path()));
            dialog.reject();
        });
        at.window->actions().save_model->trigger();
        QVERIFY(!at.workbench->saver().saving());
    }

    void with_a_threshold_for_each_layer() {
        WindowFixture at;
        at.open_demo();
        Choices choices = at.workbench->session().choices();
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{1, 0.97}, {4, 0.985}};
        at.workbench->session().choose(choices, QStringLiteral("layers"));
        in_dialog<SaveModelDialog>([&](SaveModelDialog& dialog) {
            QVERIFY(folder_of(dialog).text().endsWith(QStringLiteral("demo-merged-per-layer")));
            const auto labels = dialog.findChildren<QLabel*>();
            QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
                return label->text().contains(QStringLiteral("for each layer (0.97"));
            }));
            folder_of(dialog).setText(at.folder.filePath(QStringLiteral("layers")));
            button_of(dialog).click();
        });
        const QSignalSpy saved(&at.workbench->saver(), &ModelSaver::saved);
        at.window->actions().save_model->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
        QFile manifest(at.folder.filePath(QStringLiteral("layers/headscope_manifest.json")));
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        const QJsonObject thresholds = QJsonDocument::fromJson(manifest.readAll())
                                           .object()[QStringLiteral("layer_thresholds")]
                                           .toObject();
        QCOMPARE(thresholds,
                 (QJsonObject{{QStringLiteral("1"), 0.97}, {QStringLiteral("4"), 0.985}}));
    }

    /// The figures of the calibration text go into the saved weights, and into what is said of
    /// them.
    void with_means_by_a_calibration_text() {
        WindowFixture at;
        at.open_demo();
        Session& session = at.workbench->session();
        const QSignalSpy saved(&at.workbench->saver(), &ModelSaver::saved);
        const auto save = [&](const QString& name, int count) {
            at.workbench->save_model(at.folder.filePath(name), false, false);
            QTRY_COMPARE_WITH_TIMEOUT(saved.count(), count, kPatience);
        };
        session.choose_threshold(0.5);
        save(QStringLiteral("plain"), 1);
        Choices choices = session.choices();
        choices.weights = MeanWeights::usage;
        choices.calibration.windows = 1;
        session.choose(choices, QStringLiteral("usage"));
        QTRY_VERIFY_WITH_TIMEOUT(!session.lacks_figures(), kPatience);
        save(QStringLiteral("usage"), 2);
        const auto read = [&](const char* name) {
            QFile file(at.folder.filePath(QLatin1String(name)));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QVERIFY(!read("plain/model.safetensors").isEmpty());
        QVERIFY(read("plain/model.safetensors") != read("usage/model.safetensors"));
        const QByteArray manifest = read("usage/headscope_manifest.json");
        QVERIFY(manifest.contains("\"weights\": \"usage\""));
        QVERIFY(manifest.contains("wikitext-2 calibration"));
        QVERIFY(!read("plain/headscope_manifest.json").contains("calibration"));
    }

    void without_duplicates() {
        WindowFixture at;
        at.open_demo();
        const QString folder = at.folder.filePath(QStringLiteral("compact"));
        in_dialog<SaveModelDialog>([&](SaveModelDialog& dialog) {
            folder_of(dialog).setText(folder);
            compact_of(dialog).setChecked(true);
            button_of(dialog).click();
        });
        at.window->actions().save_model->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(at.window->message_bar().isVisible(), kPatience);
        QVERIFY(QFile::exists(folder + QStringLiteral("/config.json")));

        // The window with layers of different numbers of heads.
        at.workbench->open(folder);
        QTRY_VERIFY_WITH_TIMEOUT(
            at.workbench->session().model()->checkpoint.directory() == folder.toStdString(),
            kPatience);
        Session& session = at.workbench->session();
        const ModelConfig& config = session.model()->config();
        QVERIFY(!config.layer_heads.empty());
        session.choose_threshold(0.5);
        std::int64_t heads = 0;
        for (int layer = 0; layer < session.model()->layers(); ++layer) {
            session.focus_layer(layer);
            QTest::qWait(0);
            const qsizetype lines = at.workspace_text(QStringLiteral("Heatmap"))
                                        .split(QLatin1Char('\n'), Qt::SkipEmptyParts)
                                        .size();
            QCOMPARE(lines, config.heads_of(layer).heads + 1);
            heads += config.heads_of(layer).heads;
        }
        QVERIFY(at.workspace_text(QStringLiteral("Merge plan"))
                    .contains(QStringLiteral("heads\t%1\n").arg(heads)));
        const QSignalSpy finished(&at.workbench->evaluations(), &Evaluations::run_finished);
        at.window->actions().run->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
    }

    /// For llama.cpp: the file opens here, and a model of it keeps its types.
    void as_gguf() {
        WindowFixture at;
        at.open_demo();
        const QString folder = at.folder.filePath(QStringLiteral("gguf"));
        const QSignalSpy saved(&at.workbench->saver(), &ModelSaver::saved);
        const auto save = [&](const QString& into, const QString& type) {
            in_dialog<SaveModelDialog>([into, type](SaveModelDialog& dialog) {
                auto* const types = dialog.findChild<QComboBox*>(QStringLiteral("type"));
                QVERIFY(!types->isEnabled());  // a folder keeps the types of its source
                QVERIFY(dialog.format() == SavedFormat{});
                choose(dialog, "format", QStringLiteral("GGUF file (llama.cpp)"));
                QVERIFY(types->isEnabled());
                choose(dialog, "type", type);
                folder_of(dialog).setText(into);
                QVERIFY2(button_of(dialog).isEnabled(), qPrintable(verdict_of(dialog)));
                button_of(dialog).click();
            });
            at.window->actions().save_model->trigger();
        };
        save(folder, QStringLiteral("Q8_0"));
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
        const auto type_of_first = [](const Checkpoint& checkpoint) {
            for (const TensorInfo& tensor : checkpoint.tensors())
                if (tensor.name == "model.layers.0.mlp.up_proj.weight") return tensor.stored_dtype;
            return std::string();
        };
        const QString file = folder + QStringLiteral("/model.gguf");
        QCOMPARE(type_of_first(Checkpoint::open(file.toStdString())), std::string("Q8_0"));
        at.workbench->open(file);
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model()->checkpoint.format().id == "gguf",
                                 kPatience);
        const QString again = at.folder.filePath(QStringLiteral("again"));
        QTRY_VERIFY_WITH_TIMEOUT(at.window->actions().save_model->isEnabled(), kPatience);
        save(again, QStringLiteral("as in the source"));
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 2, kPatience);
        QCOMPARE(type_of_first(Checkpoint::open(again.toStdString())), std::string("Q8_0"));
    }

    /// The room that a model takes depends on what it is stored in.
    void the_dialog_knows_the_format() {
        QTemporaryDir folder;
        Session session;
        session.set_model(demo_opened_model());
        SaveModelDialog dialog(session, folder.path());
        choose(dialog, "format", QStringLiteral("GGUF file (llama.cpp)"));
        const QString f16 = verdict_of(dialog);
        choose(dialog, "type", QStringLiteral("F32"));
        QVERIFY(verdict_of(dialog) != f16);
        QVERIFY((dialog.format() == SavedFormat{ExportFormat::gguf, ExportType::f32}));
        choose(dialog, "format", QStringLiteral("Hugging Face folder (transformers)"));
        QVERIFY(dialog.format() == SavedFormat{});
    }

    void cancelled_it_leaves_nothing() {
        WindowFixture at;
        at.open_demo();
        const QString folder = at.folder.filePath(QStringLiteral("saved"));
        const QSignalSpy cancelled(&at.workbench->saver(), &ModelSaver::cancelled);
        at.workbench->save_model(folder, false, false);
        at.window->actions().cancel->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(cancelled.count(), 1, kPatience);
        QVERIFY(!QFile::exists(folder));
        QVERIFY(!at.window->message_bar().isVisible());
        QVERIFY(!at.window->actions().cancel->isEnabled());
    }

    void what_is_wrong_is_told() {
        WindowFixture at;
        at.open_demo();
        const QString model = QString::fromStdString(
            at.workbench->session().model()->checkpoint.directory().string());
        const QSignalSpy failed(&at.workbench->saver(), &ModelSaver::failed);
        at.workbench->save_model(model, false, true);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY(at.window->message_bar().isVisible());
        QVERIFY(QFile::exists(model + QStringLiteral("/model.safetensors")));
        // A threshold that selects nothing leaves nothing to save.
        at.workbench->session().choose_threshold(1.0);
        QVERIFY(!at.window->actions().save_model->isEnabled());
    }

    void the_dialog_knows_the_place() {
        QTemporaryDir folder;
        Session session;
        session.set_model(demo_opened_model());
        SaveModelDialog dialog(session, folder.path());
        QVERIFY(button_of(dialog).isEnabled());
        QVERIFY(verdict_of(dialog).contains(QStringLiteral("free there")));
        QVERIFY(compact_of(dialog).isEnabled() && !dialog.compact());
        folder_of(dialog).clear();
        QVERIFY(!button_of(dialog).isEnabled());
        // A folder that holds a file is replaced after a question, one with folders never.
        const QString filled = folder.filePath(QStringLiteral("filled"));
        QVERIFY(QDir().mkpath(filled));
        QFile file(filled + QStringLiteral("/old"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        folder_of(dialog).setText(filled);
        QVERIFY(verdict_of(dialog).contains(QStringLiteral("will be replaced")));
        dialog.open();
        in_dialog<QMessageBox>([](QMessageBox& box) { box.button(QMessageBox::No)->click(); });
        button_of(dialog).click();
        QVERIFY(dialog.isVisible());
        in_dialog<QMessageBox>([](QMessageBox& box) { box.button(QMessageBox::Yes)->click(); });
        button_of(dialog).click();
        QCOMPARE(dialog.result(), static_cast<int>(QDialog::Accepted));
        QVERIFY(dialog.replaces());
        QVERIFY(QDir().mkpath(filled + QStringLiteral("/inner")));
        folder_of(dialog).setText(filled + QStringLiteral("/"));
        QVERIFY(!button_of(dialog).isEnabled());
        QVERIFY(verdict_of(dialog).contains(QStringLiteral("folders in it")));
    }

    void without_duplicates_there_is_nothing_to_remove() {
        Session session;
        session.set_model(demo_opened_model());
        Choices choices = session.choices();
        choices.kv_policy = KvPolicy::keep;
        session.choose(choices, {});
        const bool duplicates = session.summary().removable_heads > 0;
        SaveModelDialog dialog(session, QDir::tempPath());
        QCOMPARE(compact_of(dialog).isEnabled(), duplicates);
    }
};

HEADSCOPE_TEST(TestSaveModel)
#include "test_save_model.moc"
