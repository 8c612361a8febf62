#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/evaluation/scores.h"

namespace headscope {

/// The name of the variant without a merge.
inline const std::string kOriginalName = "original";

/// The scores of many variants, by a name that says what the variant is and by window. What a
/// search does next follows from them alone, so that one which finds its old scores here goes the
/// same way again.
class ScoreBook {
  public:
    using OfVariant = std::map<std::int64_t, WindowScore>;  ///< by window

    ScoreBook(std::int64_t windows, std::int64_t predictions_per_window)
        : windows_(windows), predictions_per_window_(predictions_per_window) {}

    [[nodiscard]] std::int64_t windows() const { return windows_; }
    [[nodiscard]] std::int64_t predictions_per_window() const { return predictions_per_window_; }
    [[nodiscard]] const std::map<std::string, OfVariant>& all() const { return scores_; }

    /// Takes the scores of one window.
    void add(const std::string& name, std::int64_t window, const WindowScore& score);

    /// Takes what an evaluation has finished; names[v] is that of its variant v.
    void add(const std::vector<std::string>& names, const Scores& scores);

    [[nodiscard]] bool knows(const std::string& name, std::span<const std::int64_t> windows) const;
    [[nodiscard]] bool knows(const std::string& name, std::int64_t window) const;

    /// The scores of the original and of a variant over some windows that are known of both, in
    /// this order.
    [[nodiscard]] Scores pair(const std::string& original, const std::string& variant,
                              std::span<const std::int64_t> windows) const;

    /// The paired change of a variant over such windows.
    [[nodiscard]] Change change(const std::string& original, const std::string& variant,
                                std::span<const std::int64_t> windows) const;

  private:
    std::int64_t windows_;
    std::int64_t predictions_per_window_;
    std::map<std::string, OfVariant> scores_;
};

}  // namespace headscope
