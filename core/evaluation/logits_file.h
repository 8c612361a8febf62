#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/evaluation/windows.h"

namespace headscope {

/// What llama-perplexity's --save-all-logits file says about predictions: log-probabilities in 16
/// bits each. The predictions are those of protocol llama.cpp: of a window of n tokens, those after
/// token n / 2.
///
/// Layout, little-endian: "_logits_", uint32 n, int32 vocabulary, int32 windows, int32
/// tokens[windows][n] before BOS takes the place of the first; then for each window and prediction
/// float32 scale, float32 lowest, uint16 u[vocabulary], and one more where that is odd:
/// log p = scale u + lowest, and what is 16 or more below the highest is taken as 16 below.
struct LogitsFileShape {
    std::int64_t window = 0;
    std::int64_t vocab = 0;
    std::int64_t windows = 0;

    [[nodiscard]] std::int64_t predictions() const { return window - 1 - window / 2; }
    /// Words of 16 bits that a prediction takes.
    [[nodiscard]] std::int64_t row_words() const { return 2 * ((vocab + 1) / 2) + 4; }
    [[nodiscard]] std::int64_t header_bytes() const { return 20 + 4 * window * windows; }
    [[nodiscard]] std::int64_t file_bytes() const {
        return header_bytes() + 2 * windows * predictions() * row_words();
    }
};

/// Packs one prediction's logits, as llama-perplexity does; `to` has row_words() words.
void pack_log_probabilities(std::span<const float> logits, std::span<std::uint16_t> to);

/// A prediction of such a file by itself.
struct FilePrediction {
    double nll = 0.0;      ///< of the target, nats
    std::int64_t top = 0;  ///< the most likely token, the first of equals
};
FilePrediction prediction_of(std::span<const std::uint16_t> row, std::int64_t target);

/// How logits differ from a prediction of such a file, as llama-perplexity --kl-divergence sums it
/// up: over the tokens whose log p is above -16.
struct FileDivergence {
    double nll = 0.0;      ///< of the target under the logits, nats
    double kl = 0.0;       ///< KL(file || logits), nats; rounding may make it negative
    bool correct = false;  ///< the target is the argmax of the logits
    bool same_top = false;
};
FileDivergence divergence_from(std::span<const std::uint16_t> row, std::span<const float> logits,
                               std::int64_t target);

/// A file of log-probabilities, mapped into memory. Safe to read from many threads.
class LogitsFile {
  public:
    /// Throws Error(bad_input) where the file is none or is cut short.
    explicit LogitsFile(const std::filesystem::path& path);
    ~LogitsFile();
    LogitsFile(const LogitsFile&) = delete;
    LogitsFile& operator=(const LogitsFile&) = delete;

    [[nodiscard]] const LogitsFileShape& shape() const { return shape_; }
    [[nodiscard]] std::vector<std::int32_t> tokens() const;

    /// A prediction's words: row_words() of them.
    [[nodiscard]] std::vector<std::uint16_t> row(std::int64_t window,
                                                 std::int64_t prediction) const;

  private:
    class Mapping;
    std::unique_ptr<const Mapping> mapping_;
    LogitsFileShape shape_;
};

/// Writes such a file, whole or not at all: windows may come in any order, from any thread, and
/// finish() gives the file its name.
class LogitsWriter {
  public:
    /// `windows` of protocol llama.cpp. Throws Error(bad_input) where the file cannot be made,
    /// among others because the disk has no room for it.
    LogitsWriter(const std::filesystem::path& path, const Windows& windows, std::int64_t vocab);
    ~LogitsWriter();
    LogitsWriter(const LogitsWriter&) = delete;
    LogitsWriter& operator=(const LogitsWriter&) = delete;

    [[nodiscard]] const LogitsFileShape& shape() const { return shape_; }

    /// The packed predictions of one window: predictions() times row_words() words.
    void write(std::int64_t window, std::span<const std::uint16_t> rows);
    void finish();

  private:
    void write_at(std::int64_t offset, std::span<const std::byte> bytes) const;

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int file_ = -1;
    LogitsFileShape shape_;
};

}  // namespace headscope
