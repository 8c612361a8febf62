#include "core/report/html_report.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/file.h"
#include "core/report/figure_text.h"
#include "core/report/html_style.h"
#include "core/report/html_tables.h"
#include "core/report/html_text.h"

namespace headscope {
namespace {

std::string escaped_list(const std::vector<std::string>& phrases, const char* separator) {
    return html_text(fmt::format("{}", fmt::join(phrases, separator)));
}

std::string title_of(const Analysis& analysis) {
    std::vector<std::string> models;
    for (const AnalysisSection& section : analysis.sections) {
        if (std::find(models.begin(), models.end(), section.model) == models.end())
            models.push_back(section.model);
    }
    return fmt::format("Merged attention heads: {}", fmt::join(models, ", "));
}

std::string img(const ReportImage& image, const std::string& png, const char* which) {
    return fmt::format(
        "<img class=\"{}\" alt=\"{}\" width=\"{}\" height=\"{}\" "
        "src=\"data:image/png;base64,{}\">\n",
        which, html_text(image.description), image.width, image.height, base64(png));
}

std::string figure(const ReportImage& image) {
    const bool paired = !image.dark_png.empty();
    std::string html = paired ? "<figure class=\"paired\">\n" : "<figure>\n";
    html += img(image, image.light_png, "light");
    if (paired) html += img(image, image.dark_png, "dark");
    return html + fmt::format("<figcaption>{}</figcaption>\n</figure>\n", html_text(image.caption));
}

std::string figures_of(const std::vector<ReportImage>& images) {
    std::string html;
    for (const ReportImage& image : images)
        html += figure(image);
    return html;
}

std::string section_title(const Analysis& analysis, std::size_t index) {
    const AnalysisSection& section = analysis.sections[index];
    if (analysis.sections.size() == 1) return "Results";
    return fmt::format("Results {}: {}", index + 1, html_text(section.name));
}

std::string section_html(const Analysis& analysis, std::size_t index, const ReportImages& images) {
    const AnalysisSection& section = analysis.sections[index];
    std::string html = fmt::format("<section id=\"results-{}\">\n<h2>{}</h2>\n<p>{}</p>\n",
                                   index + 1, section_title(analysis, index),
                                   escaped_list(evaluation_phrases(section), " \u00b7 "));
    for (const AnalysisSeries& series : section.series) {
        if (!series.name.empty()) html += fmt::format("<h3>{}</h3>\n", html_text(series.name));
        html += fmt::format("<p class=\"faint\">Merged with {}</p>\n",
                            escaped_list(merging_phrases(series), ", "));
        html += results_table(section, series);
        html += metrics_table(series);
        html += pairs_table(series);
    }
    if (index < images.sections.size()) html += figures_of(images.sections[index]);
    return html + "</section>\n";
}

std::string similarity_html(const Analysis& analysis, const ReportImages& images) {
    std::string html = "<section id=\"similarity\">\n<h2>Similarity of the heads</h2>\n";
    for (const SimilaritySet& set : analysis.similarity)
        html += closest_heads_table(set);
    return html + figures_of(images.similarity) + "</section>\n";
}

std::string settings_html(const Analysis& analysis) {
    std::string html = "<section id=\"manifest\">\n<h2>Settings and manifest</h2>\n";
    for (std::size_t i = 0; i < analysis.sections.size(); ++i) {
        if (analysis.sections.size() > 1)
            html += fmt::format("<h3>{}</h3>\n", section_title(analysis, i));
        html += manifest_tables(analysis.sections[i]);
    }
    return html + "</section>\n";
}

std::string navigation(const Analysis& analysis) {
    std::string html = "<nav aria-label=\"Contents\"><ul>\n";
    for (std::size_t i = 0; i < analysis.sections.size(); ++i)
        html += fmt::format("<li><a href=\"#results-{}\">{}</a></li>\n", i + 1,
                            section_title(analysis, i));
    return html +
           "<li><a href=\"#similarity\">Similarity of the heads</a></li>\n"
           "<li><a href=\"#manifest\">Settings and manifest</a></li>\n</ul></nav>\n";
}

/// What a reader must know before the figures; nothing where there is nothing.
std::string notes_html(const Analysis& analysis, const ReportImages& images) {
    std::string items;
    for (const std::string& note : analysis.notes)
        items += fmt::format("<li>{}</li>\n", html_text(note));
    for (const UnreadFile& file : analysis.unread)
        items += fmt::format("<li>Could not be read: {}</li>\n", html_text(file.reason));
    if (!images.absent.empty()) items += fmt::format("<li>{}</li>\n", html_text(images.absent));
    if (items.empty()) return {};
    return fmt::format("<aside class=\"notes\"><ul>\n{}</ul></aside>\n", items);
}

}  // namespace

std::string html_report(const Analysis& analysis, const ReportImages& images,
                        const std::string& program_version, const std::string& made) {
    const std::string title = html_text(title_of(analysis));
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "img-src data:; style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"generator\" content=\"headscope {}\">\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n"
        "<p class=\"faint\">{} Intervals are 95 %; a change is that of the same windows under both "
        "models.</p>\n</header>\n",
        html_text(program_version), title, report_style(), title,
        analysis.run_count() == 1 ? "One run." : fmt::format("{} runs.", analysis.run_count()));
    html += navigation(analysis) + "<main>\n" + notes_html(analysis, images);
    for (std::size_t i = 0; i < analysis.sections.size(); ++i)
        html += section_html(analysis, i, images);
    html += similarity_html(analysis, images) + settings_html(analysis) + "</main>\n";
    return html + fmt::format("<footer>Made by Headscope {} on {}.</footer>\n</body>\n</html>\n",
                              html_text(program_version), html_text(made));
}

void write_report(const std::filesystem::path& path, const Analysis& analysis,
                  const ReportImages& images, const std::string& program_version) {
    write_file_atomically(path, html_report(analysis, images, program_version, utc_now()));
}

}  // namespace headscope
