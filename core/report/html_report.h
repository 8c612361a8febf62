#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/report/analysis.h"

namespace headscope {

/// A picture in a report.
struct ReportImage {
    std::string caption;
    std::string description;  ///< for those who cannot see it
    std::string light_png;    ///< a PNG file's bytes; for light screens and paper
    std::string dark_png;     ///< for dark screens; empty: the light one
    int width = 0;            ///< on screen, CSS pixels
    int height = 0;
};

/// The pictures of a report, which core does not draw.
struct ReportImages {
    std::vector<std::vector<ReportImage>> sections;  ///< [sections]; may be empty
    std::vector<ReportImage> similarity;
    std::string absent;  ///< a sentence that says why there are none; empty where there are
};

/// An analysis as one HTML file that needs nothing else: style and pictures are inside, there are
/// no scripts, and a content security policy keeps the browser from loading anything. Light or dark
/// as the reader's system is; prints light, without breaking tables and pictures. `made` is the
/// time that it names.
std::string html_report(const Analysis& analysis, const ReportImages& images,
                        const std::string& program_version, const std::string& made);

/// Writes it as `path` whole or not at all. Throws Error(bad_input).
void write_report(const std::filesystem::path& path, const Analysis& analysis,
                  const ReportImages& images, const std::string& program_version);

}  // namespace headscope
