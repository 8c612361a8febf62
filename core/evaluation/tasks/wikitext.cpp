// lm-evaluation-harness 0.4.13, tasks/wikitext: pages of WikiText's raw file, detokenized.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/evaluation/corpus.h"
#include "core/evaluation/tasks/records.h"

namespace headscope::tasks {
namespace {

/// Whether a line is the heading of a page, " = Title = ", and not of a part of one.
bool is_title(std::string_view line) {
    const std::string joined = replace_all(replace_all(line, "= = =", "==="), "= =", "==");
    const std::string_view heading = strip(joined);
    return heading.starts_with("= ") && heading.ends_with(" =");
}

/// The text cut in front of each title; what stands before the first, where it is not blank, is a
/// page as well. Lines lie behind "\n".
std::vector<std::string> pages_of(std::string_view text) {
    std::vector<std::string> pages;
    std::string page;
    bool first = true;  // of the page
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (is_title(line)) {
            if (!strip(page).empty()) pages.push_back(page);
            page.clear();
            first = true;
        }
        if (!first) page += '\n';
        page += line;
        first = false;
    }
    pages.push_back(std::move(page));
    return pages;
}

/// Takes white space away inside brackets or quotes: of each `open` and the next `close`.
std::string tightened(std::string_view text, char open, char close) {
    std::string result;
    while (true) {
        const std::size_t begin = text.find(open);
        const std::size_t end =
            begin == std::string_view::npos ? begin : text.find(close, begin + 1);
        if (end == std::string_view::npos) break;
        result += text.substr(0, begin + 1);
        result += strip(text.substr(begin + 1, end - begin - 1));
        result += close;
        text.remove_prefix(end + 1);
    }
    return result.append(text);
}

/// wikitext_detokenizer(). The rule for "/' [0-9]/" is left out: it is for a text with slashes
/// around, which WikiText does not have.
std::string detokenized(std::string_view page) {
    using Rule = std::pair<std::string_view, std::string_view>;
    std::string text(page);
    const auto replace = [&](std::initializer_list<Rule> rules) {
        for (const auto& [from, to] : rules)
            text = replace_all(text, from, to);
    };
    replace({{"s '", "s'"},
             {" @-@ ", "-"},
             {" @,@ ", ","},
             {" @.@ ", "."},
             {" : ", ": "},
             {" ; ", "; "},
             {" . ", ". "},
             {" ! ", "! "},
             {" ? ", "? "},
             {" , ", ", "}});
    for (const auto& [open, close] :
         {std::pair{'(', ')'}, {'[', ']'}, {'{', '}'}, {'"', '"'}, {'\'', '\''}})
        text = tightened(text, open, close);
    replace({{"= = = =", "===="},
             {"= = =", "==="},
             {"= =", "=="},
             {" \u00b0 ", "\u00b0"},
             {" \n", "\n"},
             {"\n ", "\n"},
             {" N ", " 1 "},
             {" 's", "'s"}});
    return text;
}

/// The first byte of a character, and not one of those that follow it.
bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// Pieces between runs of white space, empty ones at the ends included: len(re.split(r"\s+",
/// page)).
std::size_t word_count(std::string_view page) {
    std::size_t words = 1;
    for (std::size_t at = 0; at < page.size();) {
        const std::string_view rest = page.substr(at);
        const std::size_t space =
            begins_character(rest.front()) ? rest.size() - strip_left(rest).size() : 0;
        if (space > 0) ++words;
        at += space > 0 ? space : 1;
    }
    return words;
}

std::vector<TaskItem> read(const std::filesystem::path& path) {
    const std::string text = load_corpus(path).text;
    std::vector<TaskItem> items;
    for (const std::string& page : pages_of(text)) {
        TaskItem item;
        item.requests.push_back({{}, detokenized(page)});
        item.words = static_cast<double>(word_count(page));
        item.bytes = static_cast<double>(page.size());
        if (!item.requests.front().continuation.empty()) items.push_back(std::move(item));
    }
    if (items.empty()) fail(ErrorCode::bad_input, "{}: the corpus is empty", path.string());
    return items;
}

}  // namespace

extern const Task wikitext;
const Task wikitext{"wikitext", "WikiText", "wiki.test.raw", TaskKind::rolling, read};

}  // namespace headscope::tasks
