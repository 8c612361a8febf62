#include "ui/style/number_field.h"

namespace headscope::ui {
namespace {

QString with_decimal_sign(QString text, const QLocale& locale) {
    const QString sign = locale.decimalPoint();
    const QLatin1Char other(sign == QStringLiteral(",") ? '.' : ',');
    if (!text.contains(sign) && text.count(other) == 1) text.replace(other, sign);
    return text;
}

}  // namespace

QValidator::State NumberField::validate(QString& text, int& at) const {
    text = with_decimal_sign(text, locale());
    return QDoubleSpinBox::validate(text, at);
}

double NumberField::valueFromText(const QString& text) const {
    return QDoubleSpinBox::valueFromText(with_decimal_sign(text, locale()));
}

}  // namespace headscope::ui
