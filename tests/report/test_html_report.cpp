#include <QRegularExpression>
#include <QTest>

#include "core/report/html_report.h"
#include "core/report/html_text.h"
#include "tests/support/synthetic_results.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

ReportImages images() {
    ReportImages images;
    images.sections = {{{"A <b>caption</b>", "what it \"shows\"", "light", "dark", 960, 620}}};
    images.similarity = {{"overview", "of layers", "only", "", 1200, 1000}};
    return images;
}

std::string report(const Analysis& analysis, const ReportImages& pictures = images()) {
    return html_report(analysis, pictures, "1.2.3", "2026-01-02T03:04:05Z");
}

}  // namespace

class TestHtmlReport : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void base64_is_that_of_the_rfc() {
        // RFC 4648, section 10.
        QCOMPARE(base64(""), std::string());
        QCOMPARE(base64("f"), std::string("Zg=="));
        QCOMPARE(base64("fo"), std::string("Zm8="));
        QCOMPARE(base64("foo"), std::string("Zm9v"));
        QCOMPARE(base64("foobar"), std::string("Zm9vYmFy"));
        QCOMPARE(base64("\xff\xfe\xfd"), std::string("//79"));
    }

    void text_cannot_become_markup() {
        QCOMPARE(html_text("<a href=\"x\">&'"),
                 std::string("&lt;a href=&quot;x&quot;&gt;&amp;&#39;"));
        QCOMPARE(html_text("a\x01"
                           "b\xff"),
                 std::string("a?b?"));
    }

    void names_of_files_cannot_become_markup() {
        const std::string evil = "<script>alert(1)</script><img src=x onerror=y>";
        Result result = synthetic_result({}, 0.98);
        result.manifest->model_path = "/models/x\" onload=\"" + evil;
        result.manifest->settings.corpus_name = evil;
        ReadRuns read;
        read.runs.push_back({evil, std::make_shared<const Result>(result)});
        read.unread.push_back({evil, evil});
        const std::string html = report(analyze(std::move(read)));
        QVERIFY(!contains(html, "<script"));
        QVERIFY(!contains(html, "<img src=x"));
        QVERIFY(!contains(html, "\" onload=\""));
        QVERIFY(contains(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    }

    /// Nothing that a browser would fetch: every address is a fragment or holds its data.
    void it_needs_nothing_from_outside() {
        const QString html = QString::fromStdString(report(synthetic_analysis({}, {0.9, 0.99})));
        static const QRegularExpression address(
            QStringLiteral("(?:src|href|srcset|action|data|poster)=\"([^\"]*)\""));
        int count = 0;
        for (auto at = address.globalMatch(html); at.hasNext(); ++count) {
            const QString value = at.next().captured(1);
            QVERIFY2(value.startsWith(QLatin1Char('#')) ||
                         value.startsWith(QStringLiteral("data:image/png;base64,")),
                     qPrintable(value));
        }
        QVERIFY(count >= 6);
        for (const char* forbidden : {"http:", "https:", "url(", "@import", "<script", "<link"})
            QVERIFY2(!html.contains(QLatin1String(forbidden)), forbidden);
        QVERIFY(html.contains(QStringLiteral("default-src 'none'")));
    }

    void it_has_figures_settings_and_pictures() {
        const Analysis analysis = synthetic_analysis({}, {0.9, 0.99});
        const std::string html = report(analysis);
        const Result& first = *analysis.sections[0].series[0].runs[0].result;
        for (const std::string& part :
             {std::string("<h1>Merged attention heads: synthetic</h1>"),
              std::string("gptq, 141 windows of 2,048 tokens"),
              fmt::format("<td>{:.4f}<small>", first.merged.perplexity.value),
              std::string("<th scope=\"row\">token_ids_sha256</th><td>1d51d51d5</td>"),
              std::string("<th scope=\"row\">layers</th><td>0-3</td>"),
              std::string("src=\"data:image/png;base64,bGlnaHQ=\""),
              std::string("src=\"data:image/png;base64,ZGFyaw==\""),
              std::string("alt=\"what it &quot;shows&quot;\" width=\"960\" height=\"620\""),
              std::string("A &lt;b&gt;caption&lt;/b&gt;"), std::string("@media print"),
              std::string("results_threshold_0.9.json</span>")})
            QVERIFY2(contains(html, part), part.c_str());
        QVERIFY(html.ends_with("</html>\n"));
        // The picture without a dark one stays alone.
        QCOMPARE(QString::fromStdString(html).count(QStringLiteral("<img class=\"dark\"")), 1);
    }

    /// Tags are closed in the order in which they were opened.
    void it_is_well_formed() {
        ReadRuns read;
        read.runs.push_back(analyzed(synthetic_result({}, 0.9)));
        read.runs.push_back(analyzed(without_manifest(synthetic_result({}, 0.95))));
        read.unread.push_back({"x", "x"});
        const QString html = QString::fromStdString(report(analyze(std::move(read))));
        static const QRegularExpression tag(QStringLiteral("<(/?)([a-z0-9]+)[^>]*>"));
        QStringList open;
        for (auto at = tag.globalMatch(html); at.hasNext();) {
            const auto match = at.next();
            const QString name = match.captured(2);
            if (name == QStringLiteral("meta") || name == QStringLiteral("img")) continue;
            if (match.captured(1).isEmpty()) {
                open << name;
                continue;
            }
            QVERIFY2(!open.isEmpty() && open.last() == name, qPrintable(name));
            open.removeLast();
        }
        QVERIFY2(open.isEmpty(), qPrintable(open.join(QLatin1Char(' '))));
    }

    void what_does_not_compare_has_sections_of_its_own() {
        Result other = synthetic_result({}, 0.9);
        other.manifest->settings.protocol = "llama.cpp";
        ReadRuns read;
        read.runs.push_back(analyzed(synthetic_result({}, 0.9)));
        read.runs.push_back(analyzed(other));
        const std::string html = report(analyze(std::move(read)));
        QVERIFY(contains(html, "<h2>Results 1: protocol gptq</h2>"));
        QVERIFY(contains(html, "<h2>Results 2: protocol llama.cpp</h2>"));
        QVERIFY(contains(html, "do not all compare"));
    }

    void it_says_why_there_are_no_charts() {
        ReportImages none;
        none.absent = "No charts & why.";
        QVERIFY(contains(report(synthetic_analysis({}, {0.9}), none), "No charts &amp; why."));
    }
};

HEADSCOPE_TEST(TestHtmlReport)
#include "test_html_report.moc"
