#include "ui/style/text.h"

#include <QLocale>
#include <array>
#include <cmath>

#include "core/report/results.h"

namespace headscope::ui {
namespace {

QString fixed(double value, int digits) {
    return QLocale().toString(value, 'f', digits);
}

QString with_sign(double value, int digits) {
    // What rounds to zero has no sign.
    if (std::abs(value) < 0.5 * std::pow(10.0, -digits)) return fixed(0.0, digits);
    return (std::signbit(value) ? QStringLiteral("\u2212") : QStringLiteral("+")) +
           fixed(std::abs(value), digits);
}

bool has_interval(const Estimate& estimate) {
    return std::isfinite(estimate.low) && std::isfinite(estimate.high);
}

/// The list separator that does not look like a decimal comma.
QString separator() {
    return QLocale().decimalPoint() == QStringLiteral(",") ? QStringLiteral("; ")
                                                           : QStringLiteral(", ");
}

QString signed_with_interval(const Estimate& estimate, int digits, const QString& unit) {
    QString text = with_sign(estimate.value, digits) + unit;
    if (has_interval(estimate)) {
        text += QStringLiteral(" [%1%2%3]")
                    .arg(with_sign(estimate.low, digits), separator(),
                         with_sign(estimate.high, digits));
    }
    return text;
}

}  // namespace

QString qstring(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString count_text(std::int64_t count) {
    return QLocale().toString(static_cast<qlonglong>(count));
}

QString bytes_text(std::int64_t bytes) {
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
}

QString duration_text(double seconds) {
    const auto total = static_cast<qint64>(std::llround(std::max(0.0, seconds)));
    const QLatin1Char zero('0');
    const QString tail = QStringLiteral("%1").arg(total % 60, 2, 10, zero);
    if (total < 3600) return QStringLiteral("%1:%2").arg(total / 60).arg(tail);
    return QStringLiteral("%1:%2:%3").arg(total / 3600).arg(total / 60 % 60, 2, 10, zero).arg(tail);
}

QString similarity_text(double similarity) {
    constexpr int kDigits = 4;
    constexpr int kMostDigits = 9;
    // What is below 1 must not read 1: a threshold of 1 would not select it.
    int digits = kDigits;
    while (similarity < 1.0 && digits < kMostDigits &&
           std::round(similarity * std::pow(10.0, digits)) >= std::pow(10.0, digits)) {
        ++digits;
    }
    QString text = fixed(std::abs(similarity), digits);
    const bool negative = similarity < 0.0 && std::abs(similarity) >= 0.5e-4;
    return negative ? QStringLiteral("\u2212") + text : text;
}

QString threshold_text(double threshold) {
    QString text = QString::fromStdString(headscope::threshold_text(threshold));
    if (!text.contains(QLatin1Char('e'))) {
        text.replace(QLatin1Char('.'), QLocale().decimalPoint());
    }
    return text;
}

QString perplexity_text(double perplexity) {
    return fixed(perplexity, 4);
}

QString perplexity_text(const Estimate& perplexity) {
    QString text = perplexity_text(perplexity.value);
    if (has_interval(perplexity)) {
        text += QStringLiteral(" [%1%2%3]")
                    .arg(fixed(perplexity.low, 2), separator(), fixed(perplexity.high, 2));
    }
    return text;
}

QString percent_text(double share) {
    return fixed(share * 100.0, 3) + QStringLiteral("\u00a0%");
}

QString percent_text(const Estimate& share) {
    QString text = percent_text(share.value);
    if (has_interval(share)) {
        text += QStringLiteral(" [%1%2%3]")
                    .arg(fixed(share.low * 100.0, 2), separator(), fixed(share.high * 100.0, 2));
    }
    return text;
}

QString change_text(const Estimate& ratio) {
    const auto percent = [](double value) { return (value - 1.0) * 100.0; };
    return signed_with_interval({percent(ratio.value), percent(ratio.low), percent(ratio.high)}, 4,
                                QStringLiteral("\u00a0%"));
}

QString nats_text(const Estimate& nats) {
    QString text = fixed(nats.value, 4);
    if (has_interval(nats)) {
        text +=
            QStringLiteral(" [%1%2%3]").arg(fixed(nats.low, 4), separator(), fixed(nats.high, 4));
    }
    return text;
}

QString points_text(const Estimate& difference) {
    return signed_with_interval(
        {difference.value * 100.0, difference.low * 100.0, difference.high * 100.0}, 3, {});
}

}  // namespace headscope::ui
