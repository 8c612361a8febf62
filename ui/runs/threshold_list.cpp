#include "ui/runs/threshold_list.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/report/results.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::ThresholdList)
};

constexpr double kRounding = 1e12;

std::vector<double> fail(QString* error, const QString& text) {
    if (error != nullptr) *error = text;
    return {};
}

bool decimal_comma(const QLocale& locale) {
    return locale.decimalPoint() == QStringLiteral(",");
}

/// The words between separators. With a decimal comma in use, commas inside a word are left to
/// number_of(), but for words that also hold a point: there they can only separate.
QStringList words_of(QString text, const QLocale& locale) {
    text.replace(QChar(0x2212), QLatin1Char('-'));
    static const QRegularExpression space(QStringLiteral("[;\\s]+"));
    static const QRegularExpression comma(QStringLiteral(","));
    static const QRegularExpression loose_comma(QStringLiteral("^,+|,+$"));
    QStringList words;
    for (QString word : text.split(space, Qt::SkipEmptyParts)) {
        const bool point = word.contains(QLatin1Char('.'));
        if (!decimal_comma(locale) || point) {
            words << word.split(comma, Qt::SkipEmptyParts);
        } else {
            word.remove(loose_comma);
            if (!word.isEmpty()) words << word;
        }
    }
    return words;
}

std::optional<double> number_of(QString word, const QLocale& locale) {
    if (decimal_comma(locale) && word.count(QLatin1Char(',')) == 1) {
        word.replace(QLatin1Char(','), QLatin1Char('.'));
    }
    QLocale plain = QLocale::c();
    plain.setNumberOptions(QLocale::RejectGroupSeparator);
    bool ok = false;
    const double value = plain.toDouble(word, &ok);
    if (!ok || !std::isfinite(value)) return {};
    return value;
}

void add_once(std::vector<double>& values, double value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

}  // namespace

std::vector<double> parse_thresholds(const QString& text, QString* error, const QLocale& locale) {
    if (error != nullptr) error->clear();
    std::vector<double> values;
    for (const QString& word : words_of(text, locale)) {
        const std::optional<double> value = number_of(word, locale);
        if (!value) {
            return fail(error, word.count(QLatin1Char(',')) > 1
                                   ? Text::tr("\u201c%1\u201d is ambiguous; separate thresholds "
                                              "with semicolons or spaces.")
                                         .arg(word)
                                   : Text::tr("\u201c%1\u201d is not a number.").arg(word));
        }
        if (*value < -1.0 || *value > 1.0) {
            return fail(error, Text::tr("%1 is not a threshold; similarities lie between "
                                        "\u2212"
                                        "1 and 1.")
                                   .arg(word));
        }
        add_once(values, *value == 0.0 ? 0.0 : *value);  // no negative zero
    }
    if (values.empty()) return fail(error, Text::tr("Enter one threshold or more."));
    if (values.size() > static_cast<std::size_t>(kMostThresholds)) {
        return fail(error, Text::tr("These are %1 thresholds; a sweep takes at most %2.")
                               .arg(values.size())
                               .arg(kMostThresholds));
    }
    return values;
}

std::vector<double> threshold_range(double from, double to, double step, QString* error) {
    if (error != nullptr) error->clear();
    if (step == 0.0 && from != to) return fail(error, Text::tr("The step must not be 0."));
    const double steps = from == to ? 0.0 : (to - from) / step;
    if (steps < 0.0) return fail(error, Text::tr("The step leads away from the end."));
    // A little over: 0.9 + 2 * 0.05 may fall short of 1 by a rounding.
    const double last = std::floor(steps + 1e-9);
    if (last >= kMostThresholds) {
        return fail(
            error,
            Text::tr("A step this small makes more than %1 thresholds.").arg(kMostThresholds));
    }
    std::vector<double> values;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        add_once(values, std::round((from + i * step) * kRounding) / kRounding);
    }
    return values;
}

QString thresholds_text(const std::vector<double>& thresholds, const QLocale& locale) {
    const bool comma = decimal_comma(locale);
    QStringList words;
    for (const double threshold : thresholds) {
        QString word = QString::fromStdString(headscope::threshold_text(threshold));
        if (comma) word.replace(QLatin1Char('.'), QLatin1Char(','));
        words << word;
    }
    return words.join(comma ? QStringLiteral("; ") : QStringLiteral(", "));
}

}  // namespace headscope::ui
