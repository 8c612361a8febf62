// Errors of core in the language of the window.

#include <QCoreApplication>
#include <QDirIterator>
#include <QFile>
#include <QMap>
#include <QRegularExpression>
#include <QTest>
#include <QTranslator>
#include <QXmlStreamReader>

#include "core/similarity/measure.h"
#include "tests/support/test_program.h"
#include "ui/session/error_text.h"

using namespace headscope;
using namespace headscope::ui;

namespace {

QDir project() {
    return QDir(QStringLiteral(HEADSCOPE_TESTS_DIR "/.."));
}

QString content(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// The string literals after `fail(ErrorCode::x,` and `Error(ErrorCode::x,` in the sources of core.
QStringList patterns_of_core() {
    static const QRegularExpression call(QStringLiteral(
        R"re(\b(?:fail|Error)\(\s*(?:ErrorCode::\w+|[\w.>()-]+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re"));
    static const QRegularExpression literal(QStringLiteral(R"re("((?:[^"\\]|\\.)*)")re"));
    QStringList patterns;
    QDirIterator files(project().filePath(QStringLiteral("core")),
                       {QStringLiteral("*.cpp"), QStringLiteral("*.h")}, QDir::Files,
                       QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString text = content(files.next());
        for (const auto& match : call.globalMatch(text)) {
            QString pattern;
            for (const auto& part : literal.globalMatch(match.captured(1)))
                pattern += part.captured(1);
            pattern.replace(QStringLiteral("\\\""), QStringLiteral("\""));
            if (pattern != QStringLiteral("cancelled")) patterns << pattern;
        }
    }
    return patterns;
}

/// Russian texts of a context, by their source.
QMap<QString, QString> russian(const QString& context) {
    QMap<QString, QString> found;
    QXmlStreamReader xml(content(project().filePath(QStringLiteral("ui/translations/core_ru.ts"))));
    QString source;
    QString name;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) continue;
        if (xml.name() == QStringLiteral("name")) name = xml.readElementText();
        if (name != context) continue;
        if (xml.name() == QStringLiteral("source")) source = xml.readElementText();
        if (xml.name() == QStringLiteral("translation")) found[source] = xml.readElementText();
    }
    return found;
}

QStringList fields(const QString& pattern) {
    static const QRegularExpression field(QStringLiteral(R"re(\{[^{}]*\})re"));
    QStringList found;
    for (const auto& match : field.globalMatch(pattern))
        found << match.captured();
    return found;
}

/// Says everything backwards: fields last.
class Backwards : public QTranslator {
  public:
    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(const char* context, const char* source, const char*,
                                    int) const override {
        if (qstrcmp(context, "core") != 0) return {};
        if (qstrcmp(source, "{}: {} of {:.1f}") == 0)
            return QStringLiteral("\u0438\u0437 {2:.1f} {1}: {0}");
        return QStringLiteral("{} {} {}");  // more than there are
    }
};

QString text_of(void (*action)()) {
    try {
        action();
    } catch (const Error& error) {
        return error_text(error);
    }
    return {};
}

}  // namespace

class TestErrorText : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void without_a_translation_it_is_the_original() {
        const auto action = [] { fail(ErrorCode::bad_input, "{}: {} of {:.1f}", "a", 1, 2.0); };
        QCOMPARE(text_of(action), QStringLiteral("a: 1 of 2.0"));
    }

    void a_translation_may_order_the_particulars_anew() {
        Backwards translator;
        QCoreApplication::installTranslator(&translator);
        const auto action = [] {
            const std::string gone_by_then = "a file";
            fail(ErrorCode::bad_input, "{}: {} of {:.1f}", std::string_view(gone_by_then), 1, 2.0);
        };
        QCOMPARE(text_of(action), QStringLiteral("\u0438\u0437 2.0 1: a file"));
    }

    void one_that_does_not_fit_is_left_out() {
        Backwards translator;
        QCoreApplication::installTranslator(&translator);
        const auto action = [] { fail(ErrorCode::bad_input, "{}: no such file", "a"); };
        QCOMPARE(text_of(action), QStringLiteral("a: no such file"));
    }

    void a_text_with_braces_is_left_alone() {
        const auto action = [] { throw Error(ErrorCode::bad_input, "not {} valid {"); };
        QCOMPARE(text_of(action), QStringLiteral("not {} valid {"));
    }

    void russian_has_every_error() {
        const auto translations = russian(QStringLiteral("core"));
        const QStringList patterns = patterns_of_core();
        QVERIFY(patterns.size() > 150);
        QStringList missing;
        for (const QString& pattern : patterns) {
            if (!translations.contains(pattern)) {
                missing << pattern;
            } else if (fields(translations[pattern]) != fields(pattern)) {
                missing << translations[pattern] + QStringLiteral(" (other fields)");
            }
        }
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join(QStringLiteral("\n"))));
        for (const QString& pattern : translations.keys())
            QVERIFY2(patterns.contains(pattern), qPrintable(QStringLiteral("unused: ") + pattern));
    }

    void russian_has_every_measure() {
        const auto translations = russian(QStringLiteral("measures"));
        for (const Measure measure : all_measures()) {
            const MeasureSpec& spec = spec_of(measure);
            for (const std::string_view text : {spec.title, spec.text}) {
                const QString source = QString::fromUtf8(text.data(), std::ssize(text));
                QVERIFY2(!translations.value(source).isEmpty(), qPrintable(source));
            }
        }
    }
};

HEADSCOPE_TEST(TestErrorText)
#include "test_error_text.moc"
