#pragma once

#include <QString>
#include <cstddef>
#include <string>
#include <vector>

#include "ui/plan/pair_model.h"

class QItemSelectionModel;

namespace headscope::ui {

/// Rows of the table of pairs as tab-separated values with a header, for programs: in the C locale,
/// similarities in full. There can be 160,000 rows, so they are taken a few at a time.
class PairCopy {
  public:
    /// The selected rows, or all where none is selected. `model` must not change meanwhile.
    PairCopy(const PairModel& model, const QItemSelectionModel& selection);

    /// Takes the next `rows` rows; false where there are no more.
    bool take(int rows);

    /// What was taken so far.
    [[nodiscard]] QString text() const;

  private:
    void add(const PairModel::Row& row);
    template <typename Number>
    void add_number(Number number);

    const PairModel& model_;
    std::vector<bool> chosen_;
    std::size_t next_ = 0;
    std::string lines_;
};

}  // namespace headscope::ui
