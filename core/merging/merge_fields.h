#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/merging/merge_plan.h"

namespace headscope {

/// One option of a merge rule. The command line, the manifest, comparability, summaries and
/// docs/cli-reference.md are made from the list of these: a new option is a member of MergeRule, an
/// entry here, and the code that does what it says.
struct MergeField {
    enum class InFile {
        required,    ///< in every file
        written,     ///< files of 0.1.0 and later; one without it has the default
        if_changed,  ///< in files where it is not the default, so that others stay as they were
    };

    std::string name;  ///< of the option, and the key in files
    std::string help;
    std::vector<std::string> values = {};  ///< of a choice; empty: any text that `set` takes
    bool flag = false;                     ///< "true" or "false"; a boolean in files
    bool number = false;                   ///< a number, in files too
    std::string phrase =
        {};  ///< tells a value other than the default: "aligned by {}"; may be empty
    bool of_whole_plan = false;  ///< says what one plan does: of no use where many are tried out
    InFile in_file = InFile::if_changed;
    std::string (*text)(const MergeRule& rule);
    /// Throws Error(bad_input) that quotes the text.
    void (*set)(MergeRule& rule, const std::string& text);

    /// The text under a rule that nobody changed.
    [[nodiscard]] std::string default_text() const { return text(MergeRule()); }
};

/// All of them, in the order of files. The threshold is none: it is what a curve runs over.
const std::vector<MergeField>& merge_fields();

/// The one of that name, which must be there.
const MergeField& find_merge_field(std::string_view name);

/// The rule without what says what one plan does.
MergeRule without_whole_plan(MergeRule rule);

/// How a rule merges where that is not the default, to follow other words: ", aligned by weights,
/// rescaled". Grouping and KV policy, which are always named, are not among them.
std::string merge_phrases(const MergeRule& rule);

}  // namespace headscope
