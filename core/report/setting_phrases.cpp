#include "core/report/setting_phrases.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "core/merging/merge_fields.h"
#include "core/report/figure_text.h"

namespace headscope {
namespace {

/// Nobody reads more of a hash.
constexpr std::size_t kHashDigits = 8;

/// Differ whenever something else does that has a name.
constexpr std::array kHidden = {"model_fingerprint", "corpus_sha256", "tokenizer_fingerprint",
                                "tokens", "token_ids_sha256"};

bool hidden(const Setting& setting) {
    return std::find(kHidden.begin(), kHidden.end(), setting.key) != kHidden.end();
}

/// "kv_policy" as "KV policy".
std::string spoken(std::string key) {
    std::replace(key.begin(), key.end(), '_', ' ');
    if (key.starts_with("kv ")) key.replace(0, 2, "KV");
    if (key.starts_with("bos ")) key.replace(0, 3, "BOS");
    return key;
}

std::string count_or_text(const std::string& text) {
    const bool number = !text.empty() && text.size() < 18 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    return number ? figures::count_text(std::stoll(text)) : text;
}

std::string phrase(const Setting& setting) {
    if (setting.key == "window")
        return fmt::format("window of {} tokens", count_or_text(setting.text));
    if (setting.key == "windows") return fmt::format("{} windows", count_or_text(setting.text));
    if (setting.key == "tokens") return fmt::format("{} tokens", count_or_text(setting.text));
    if (setting.key == "bos_rule") return fmt::format("BOS {}", setting.text);
    if (setting.key == "dtype") return setting.text;
    if (hidden(setting))
        return fmt::format("{} {}", spoken(setting.key), setting.text.substr(0, kHashDigits));
    return fmt::format("{} {}", spoken(setting.key), setting.text);
}

/// Whether it is a merge option that nobody needs to hear of.
bool is_unchanged(const Setting& setting) {
    const auto& fields = merge_fields();
    return std::any_of(fields.begin(), fields.end(), [&](const MergeField& field) {
        return field.name == setting.key && field.in_file == MergeField::InFile::if_changed &&
               setting.text == field.default_text();
    });
}

const std::string& text_of(const std::vector<Setting>& settings, const char* key) {
    static const std::string none;
    const auto found = std::find_if(settings.begin(), settings.end(),
                                    [&](const Setting& setting) { return setting.key == key; });
    return found == settings.end() ? none : found->text;
}

/// "cpu", or several where the runs of a section differ.
std::string devices(const AnalysisSection& section) {
    std::set<std::string> names;
    for (const AnalyzedRun& run : section.runs()) {
        if (run.result->manifest) names.insert(run.result->manifest->settings.device);
    }
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : " and ") + name;
    return text;
}

}  // namespace

std::vector<std::string> difference_phrases(const std::vector<Setting>& settings) {
    std::vector<std::string> phrases;
    for (const Setting& setting : settings) {
        if (!hidden(setting)) phrases.push_back(phrase(setting));
    }
    if (!phrases.empty()) return phrases;
    for (const Setting& setting : settings)
        phrases.push_back(phrase(setting));
    return phrases;
}

std::vector<std::string> evaluation_phrases(const AnalysisSection& section) {
    const std::vector<Setting>& all = section.settings;
    if (text_of(all, "protocol").empty())
        return {section.model, "corpus and protocol not recorded (no manifest)"};
    return {
        section.model, text_of(all, "corpus"),
        fmt::format("{}, {} windows of {} tokens", text_of(all, "protocol"),
                    count_or_text(text_of(all, "windows")), count_or_text(text_of(all, "window"))),
        fmt::format("{} on {}", text_of(all, "dtype"), devices(section))};
}

std::vector<std::string> merging_phrases(const AnalysisSeries& series) {
    std::vector<std::string> phrases;
    for (const Setting& setting : series.settings)
        if (!is_unchanged(setting)) phrases.push_back(phrase(setting));
    return phrases;
}

}  // namespace headscope
