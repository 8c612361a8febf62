#include "ui/style/measure_text.h"

#include <QCoreApplication>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// The texts lie in core; core_<language>.ts has their translations.
QString translated(std::string_view text) {
    return QCoreApplication::translate("measures", std::string(text).c_str());
}

}  // namespace

QString measure_title(Measure measure) {
    const MeasureSpec& spec = spec_of(measure);
    return QStringLiteral("%1 (%2)").arg(translated(spec.title), qstring(spec.name));
}

QString measure_explanation(Measure measure) {
    const MeasureSpec& spec = spec_of(measure);
    return QStringLiteral("%1\n%2").arg(translated(spec.text), qstring(spec.formula));
}

}  // namespace headscope::ui
