#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>

#include "core/checkpoint/checkpoint.h"
#include "core/evaluation/windows.h"
#include "core/measures/calibration_record.h"

namespace headscope {

/// What records call the text that ships with Headscope.
inline constexpr const char* kShippedCalibration = "wikitext-2 calibration";

/// The text over which the heads are watched: by measures of behaviour, and for means that need it.
struct CalibrationOptions {
    static constexpr std::int64_t kDefaultWindows = 8;

    std::filesystem::path file;              ///< empty: lines of WikiText-2's train split
    std::int64_t windows = kDefaultWindows;  ///< only the first so many; 0: all

    bool operator==(const CalibrationOptions&) const = default;
};

/// A calibration text as the model of one checkpoint reads it.
struct CalibrationText {
    CalibrationRecord record;
    std::shared_ptr<const Windows> windows;  ///< consecutive, BOS in front of the first
};

/// `evaluated` is the corpus that results are judged on (empty: the test split of WikiText-2): a
/// measure must not have seen it. Throws Error(bad_input) where the calibration text is the same, a
/// part of it, or holds it, and what load_corpus throws.
void require_apart(const CalibrationOptions& options, const std::filesystem::path& evaluated);

/// Loads and tokenizes the calibration text, in windows of 2,048 tokens or the model's maximum
/// where that is less. Throws what require_apart and prepare_text throw.
CalibrationText prepare_calibration(const Checkpoint& checkpoint, const CalibrationOptions& options,
                                    const std::filesystem::path& evaluated,
                                    const std::filesystem::path& cache_dir,
                                    const std::stop_token& stop = {});

}  // namespace headscope
