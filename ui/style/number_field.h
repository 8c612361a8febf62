#pragma once

#include <QDoubleSpinBox>

namespace headscope::ui {

/// A field for a number with decimals that takes "0.95" and "0,95" alike, whichever decimal sign
/// the locale has. Digits are never grouped in it, so the other sign can only be a decimal one.
class NumberField : public QDoubleSpinBox {
    Q_OBJECT

  public:
    using QDoubleSpinBox::QDoubleSpinBox;

    QValidator::State validate(QString& text, int& at) const override;
    [[nodiscard]] double valueFromText(const QString& text) const override;
};

}  // namespace headscope::ui
