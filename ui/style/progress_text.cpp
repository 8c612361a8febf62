#include "ui/style/progress_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <string_view>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr const char* kContext = "headscope::ui::ProgressText";

/// The texts of a stage: alone, and with how much of it is done. The latter names the unit.
struct StageTexts {
    std::string_view stage;
    const char* alone;
    const char* counted;
};

constexpr std::array kTexts = {
    StageTexts{"tokenizing",
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Tokenizing the text"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Tokenizing the text, %1 of %2")},
    StageTexts{
        "similarity", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Comparing heads"),
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Comparing heads, %1 of %2 layers")},
    StageTexts{
        "loading", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Loading weights"),
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Loading weights, %1 of %2 layers")},
    StageTexts{"evaluating", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Evaluating"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Evaluating, %1 of %2 windows")},
    StageTexts{"calibrating",
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Collecting activations"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                                 "Collecting activations, %1 of %2 layer passes")},
    StageTexts{"refitting",
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Refitting output weights"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                                 "Refitting output weights, %1 of %2 layer passes")},
    StageTexts{"distilling",
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Training the refitted weights"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                                 "Training the refitted weights, %1 of %2 steps")},
    StageTexts{
        "measuring damage", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Measuring damage"),
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Measuring damage, %1 of %2 candidates")},
    StageTexts{"layers alone",
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Trying each layer alone"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                                 "Trying each layer alone, %1 of %2 layer passes")},
    StageTexts{"pairs alone",
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Merging each pair alone"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                                 "Merging each pair alone, %1 of %2 layer passes")},
    StageTexts{"adding", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Adding to the plan"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Adding to the plan, step %1")},
    StageTexts{
        "all windows",
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Measuring the plan on all windows"),
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                          "Measuring the plan on all windows, %1 of %2 layer passes")},
    StageTexts{"comparing merged heads",
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Comparing merged heads"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                                 "Comparing merged heads, %1 of %2 layers")},
    StageTexts{
        "writing", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Saving the merged model"),
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Saving the merged model, %1 of %2 MB")},
    StageTexts{"reading", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Reading results"),
               QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Reading results, %1 of %2 files")},
    StageTexts{
        "drawing", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Drawing the report"),
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Drawing the report, %1 of %2 charts")},
    StageTexts{
        "attention", QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Reading the attention"),
        QT_TRANSLATE_NOOP("headscope::ui::ProgressText", "Reading the attention, %1 of %2 layers")},
};

QString translated(const char* text) {
    return QCoreApplication::translate(kContext, text);
}

}  // namespace

QString stage_text(std::string_view stage) {
    const auto* const found = std::ranges::find(kTexts, stage, &StageTexts::stage);
    return found != kTexts.end() ? translated(found->alone) : qstring(stage);
}

QString progress_text(const Progress& progress) {
    const auto* const found = std::ranges::find(kTexts, progress.stage, &StageTexts::stage);
    if (found == kTexts.end()) return qstring(progress.stage);
    if (progress.stage == "adding" && progress.done > 0)  // nobody knows how many there will be
        return translated(found->counted).arg(count_text(progress.done));
    if (progress.total <= 0) return translated(found->alone);
    const bool streamed = progress.stage == "evaluating" && progress.unit != "windows";
    const char* const counted =
        streamed ? QT_TRANSLATE_NOOP("headscope::ui::ProgressText",
                                     "Evaluating a model that does not fit, %1 of %2 layer passes")
                 : found->counted;
    return translated(counted).arg(count_text(progress.done), count_text(progress.total));
}

}  // namespace headscope::ui
