#include "ui/plan/pair_copy.h"

#include <QItemSelectionModel>
#include <algorithm>
#include <array>
#include <charconv>

namespace headscope::ui {
namespace {

/// [rows]: whether each is selected; all where none is.
std::vector<bool> chosen_rows(const QItemSelectionModel& model, int rows) {
    std::vector<bool> chosen(static_cast<std::size_t>(rows), !model.hasSelection());
    for (const QItemSelectionRange& range : model.selection()) {
        std::fill(chosen.begin() + range.top(), chosen.begin() + range.bottom() + 1, true);
    }
    return chosen;
}

}  // namespace

PairCopy::PairCopy(const PairModel& model, const QItemSelectionModel& selection)
    : model_(model), chosen_(chosen_rows(selection, model.rowCount())) {}

bool PairCopy::take(int rows) {
    const auto end = std::min(next_ + static_cast<std::size_t>(rows), chosen_.size());
    for (; next_ < end; ++next_) {
        if (chosen_[next_]) add(model_.pair(static_cast<int>(next_)));
    }
    return next_ < chosen_.size();
}

QString PairCopy::text() const {
    return QStringLiteral("layer\thead_1\thead_2\tsimilarity\tkv_head_1\tkv_head_2\tgroup\n") +
           QString::fromLatin1(lines_.data(), static_cast<qsizetype>(lines_.size()));
}

void PairCopy::add(const PairModel::Row& row) {
    add_number(row.layer);
    add_number(row.first);
    add_number(row.second);
    add_number(row.similarity);
    add_number(row.first_kv);
    add_number(row.second_kv);
    if (row.group > 0) add_number(row.group);
    if (row.group > 0) lines_.pop_back();  // the tabulator behind the last
    lines_ += '\n';
}

/// Shortest that reads back as the same number. Not with QString or fmt: this takes a third of
/// their time.
template <typename Number>
void PairCopy::add_number(Number number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    lines_.append(digits.data(), end);
    lines_ += '\t';
}

}  // namespace headscope::ui
