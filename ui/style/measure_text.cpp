#include "ui/style/measure_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr const char* kContext = "headscope::ui::MeasureText";

struct MeasureTexts {
    Measure measure;
    const char* title;
    const char* explanation;
};

constexpr const char* kCosine =
    QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "The cosine of the heads' weights, flattened.");
constexpr const char* kKvCosine =
    QT_TRANSLATE_NOOP("headscope::ui::MeasureText",
                      "The cosine of the weights of the heads' KV heads: 1 where they share one.");

constexpr std::array kTexts = {
    MeasureTexts{Measure::q, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Query weights"),
                 kCosine},
    MeasureTexts{Measure::k, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Key weights"),
                 kKvCosine},
    MeasureTexts{Measure::v, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Value weights"),
                 kKvCosine},
    MeasureTexts{Measure::o, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Output weights"),
                 kCosine},
    MeasureTexts{Measure::qk,
                 QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Query and key weights"), kCosine},
    MeasureTexts{Measure::qkvo, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "All four weights"),
                 kCosine},
    MeasureTexts{
        Measure::qk_circuit, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Query-key circuit"),
        QT_TRANSLATE_NOOP("headscope::ui::MeasureText",
                          "The cosine of the forms by which the heads score a query and a key. The "
                          "basis that a head uses inside does not matter.")},
    MeasureTexts{
        Measure::ov_circuit,
        QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Output-value circuit"),
        QT_TRANSLATE_NOOP("headscope::ui::MeasureText",
                          "The cosine of the maps from what the heads read to what they write. The "
                          "basis that a head uses inside does not matter.")},
    MeasureTexts{
        Measure::attention, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Attention"),
        QT_TRANSLATE_NOOP("headscope::ui::MeasureText",
                          "How far the heads' attention agrees over a text: 1 less the mean total "
                          "variation distance. The model runs once.")},
    MeasureTexts{
        Measure::output, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Contributions"),
        QT_TRANSLATE_NOOP("headscope::ui::MeasureText",
                          "The cosine of what the heads add to the residual stream over a text. "
                          "The model runs once.")},
    MeasureTexts{Measure::redundancy, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Redundancy"),
                 QT_TRANSLATE_NOOP(
                     "headscope::ui::MeasureText",
                     "The share of what one head writes over a text that a refit of the other's "
                     "output weights could write instead. The model runs once.")},
    MeasureTexts{
        Measure::cka, QT_TRANSLATE_NOOP("headscope::ui::MeasureText", "Head outputs"),
        QT_TRANSLATE_NOOP("headscope::ui::MeasureText",
                          "Linear CKA of the heads' outputs over a text, before the output "
                          "weights. The model runs once.")},
};

const MeasureTexts* texts_of(Measure measure) {
    const auto* const found = std::ranges::find(kTexts, measure, &MeasureTexts::measure);
    return found != kTexts.end() ? found : nullptr;
}

}  // namespace

QString measure_title(Measure measure) {
    const QString name = qstring(name_of(measure));
    const MeasureTexts* texts = texts_of(measure);
    if (texts == nullptr) return name;
    return QStringLiteral("%1 (%2)").arg(QCoreApplication::translate(kContext, texts->title), name);
}

QString measure_explanation(Measure measure) {
    const MeasureTexts* texts = texts_of(measure);
    return texts != nullptr ? QCoreApplication::translate(kContext, texts->explanation) : QString();
}

}  // namespace headscope::ui
