#pragma once

#include <string>
#include <vector>

namespace headscope::app {

/// Rows of text in columns. The first column is aligned to the left, the others to the right.
class Table {
  public:
    explicit Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    /// The table with a rule under the header, without a newline at the end.
    [[nodiscard]] std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace headscope::app
