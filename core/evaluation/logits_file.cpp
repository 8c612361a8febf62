// Arithmetic as in tools/perplexity/perplexity.cpp (https://github.com/ggml-org/llama.cpp), so that
// values agree to the digits that it prints.
#include "core/evaluation/logits_file.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/checkpoint/mapped_file.h"

namespace headscope {
namespace {

constexpr std::string_view kMagic = "_logits_";
constexpr float kFloor = 16.0F;  ///< below the highest
constexpr std::size_t kScaleWords = 4;

struct Top {
    float value = 0.0F;
    std::int64_t place = 0;  ///< the first of equals
};

Top top_of(std::span<const float> values) {
    const auto found = std::max_element(values.begin(), values.end());
    return {*found, found - values.begin()};
}

double sum_of_exponentials(std::span<const float> logits, float highest) {
    double sum = 0.0;
    for (const float logit : logits)
        sum += static_cast<double>(std::exp(logit - highest));
    return sum;
}

template <typename Value>
Value read_at(std::span<const std::byte> bytes, std::size_t offset) {
    Value value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

[[noreturn]] void fail_to_write(const std::filesystem::path& path, int error) {
    fail(ErrorCode::bad_input, "{}: could not be written ({}); make room or choose another place",
         path.string(), std::generic_category().message(error));
}

}  // namespace

void pack_log_probabilities(std::span<const float> logits, std::span<std::uint16_t> to) {
    const float highest = top_of(logits).value;
    const float lowest =
        std::max(*std::min_element(logits.begin(), logits.end()), highest - kFloor);
    const auto log_sum = static_cast<float>(std::log(sum_of_exponentials(logits, highest)));
    const float head[] = {(highest - lowest) / 65535.0F, lowest - highest - log_sum};
    std::fill(to.begin(), to.end(), std::uint16_t{0});
    std::memcpy(to.data(), head, sizeof head);
    if (head[0] > 0.0F) {
        const float inverse = 1.0F / head[0];
        for (std::size_t i = 0; i < logits.size(); ++i) {
            if (logits[i] > lowest)
                to[kScaleWords + i] =
                    static_cast<std::uint16_t>(std::lrint(inverse * (logits[i] - lowest)));
        }
    }
}

FilePrediction prediction_of(std::span<const std::uint16_t> row, std::int64_t target) {
    float head[2];
    std::memcpy(head, row.data(), sizeof head);
    const auto words = row.subspan(kScaleWords);
    const float log_p =
        head[0] * static_cast<float>(words[static_cast<std::size_t>(target)]) + head[1];
    // The word behind an odd vocabulary is 0: never above the first.
    const auto top = std::max_element(words.begin(), words.end());
    return {-static_cast<double>(log_p), top - words.begin()};
}

FileDivergence divergence_from(std::span<const std::uint16_t> row, std::span<const float> logits,
                               std::int64_t target) {
    float head[2];
    std::memcpy(head, row.data(), sizeof head);
    const auto base = [&](std::size_t i) {
        return head[0] * static_cast<float>(row[kScaleWords + i]) + head[1];
    };
    const auto wanted = static_cast<std::size_t>(target);
    const Top top = top_of(logits);
    const auto log_sum = static_cast<float>(std::log(sum_of_exponentials(logits, top.value)));
    const float shift = top.value + log_sum;
    FileDivergence found;
    found.nll = static_cast<double>(shift - logits[wanted]);
    Top base_top{base(0), 0};
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const float log_p = base(i);
        if (log_p > base_top.value) base_top = {log_p, static_cast<std::int64_t>(i)};
        if (log_p > -kFloor)
            found.kl += static_cast<double>(std::exp(log_p) * (log_p - logits[i] + shift));
    }
    found.correct = top.place == target;
    found.same_top = top.place == base_top.place;
    return found;
}

class LogitsFile::Mapping : public MappedFile {
    using MappedFile::MappedFile;
};

LogitsFile::LogitsFile(const std::filesystem::path& path)
    : mapping_(std::make_unique<const Mapping>(path)) {
    const std::span<const std::byte> bytes = mapping_->bytes();
    constexpr std::size_t kFixed = 20;
    const bool named =
        bytes.size() >= kFixed && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
    if (!named) {
        fail(ErrorCode::bad_input,
             "{}: no file of log-probabilities; llama-perplexity --save-all-logits or headscope "
             "evaluate --save_logits makes one",
             path.string());
    }
    shape_ = {read_at<std::uint32_t>(bytes, 8), read_at<std::int32_t>(bytes, 12),
              read_at<std::int32_t>(bytes, 16)};
    constexpr std::int64_t kMost = std::int64_t{1} << 24;  // products stay far below 2^63
    const bool possible = shape_.window >= 4 && shape_.window <= kMost && shape_.vocab >= 1 &&
                          shape_.vocab <= kMost && shape_.windows >= 1 &&
                          shape_.windows <= kMost / 64;
    const auto size = static_cast<double>(bytes.size());
    // In float64 first: what the numbers of a hostile file multiply to may not fit 64 bits.
    const double wanted = static_cast<double>(shape_.windows) *
                          static_cast<double>(shape_.predictions()) * 2.0 *
                          static_cast<double>(shape_.row_words());
    if (!possible || wanted > size ||
        shape_.file_bytes() > static_cast<std::int64_t>(bytes.size())) {
        fail(
            ErrorCode::bad_input,
            "{}: {} windows of {} tokens and a vocabulary of {} do not fit its {} bytes; it is cut "
            "short or damaged, make it again",
            path.string(), shape_.windows, shape_.window, shape_.vocab, bytes.size());
    }
}

LogitsFile::~LogitsFile() = default;

std::vector<std::int32_t> LogitsFile::tokens() const {
    std::vector<std::int32_t> tokens(static_cast<std::size_t>(shape_.window * shape_.windows));
    std::memcpy(tokens.data(), mapping_->bytes().data() + 20, tokens.size() * sizeof(std::int32_t));
    return tokens;
}

std::vector<std::uint16_t> LogitsFile::row(std::int64_t window, std::int64_t prediction) const {
    std::vector<std::uint16_t> words(static_cast<std::size_t>(shape_.row_words()));
    const std::int64_t index = window * shape_.predictions() + prediction;
    const auto* from =
        mapping_->bytes().data() + shape_.header_bytes() + 2 * index * shape_.row_words();
    std::memcpy(words.data(), from, words.size() * sizeof(std::uint16_t));
    return words;
}

LogitsWriter::LogitsWriter(const std::filesystem::path& path, const Windows& windows,
                           std::int64_t vocab)
    : path_(path), temporary_(path), shape_{windows.window(), vocab, windows.count()} {
    if (windows.protocol() != Protocol::llama_cpp) {
        fail(ErrorCode::bad_input,
             "{}: a file of log-probabilities holds the predictions of protocol llama.cpp; choose "
             "that one",
             path.string());
    }
    static std::atomic<unsigned> serial = 0;
    temporary_.replace_filename(
        fmt::format(".{}.{}-{}.tmp", path.filename().string(), ::getpid(), serial++));
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int error = file_ < 0 ? errno : 0;
    // A full disk is told now rather than after the evaluation.
    if (error == 0) error = ::posix_fallocate(file_, 0, shape_.file_bytes());
    if (error != 0) {
        if (file_ >= 0) ::unlink(temporary_.c_str());
        if (file_ >= 0) ::close(std::exchange(file_, -1));
        fail_to_write(path, error);
    }
    std::string header(kMagic);
    const auto add = [&](std::int64_t value) {
        const auto word = static_cast<std::uint32_t>(value);
        header.append(reinterpret_cast<const char*>(&word), sizeof word);
    };
    add(shape_.window);
    add(shape_.vocab);
    add(shape_.windows);
    for (std::int64_t window = 0; window < windows.count(); ++window) {
        for (const std::int32_t id : windows.tokens_of_text(window))
            add(id);
    }
    write_at(0, std::as_bytes(std::span(header)));
}

LogitsWriter::~LogitsWriter() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(temporary_.c_str());
}

void LogitsWriter::write_at(std::int64_t offset, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), offset);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail_to_write(path_, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += written;
    }
}

void LogitsWriter::write(std::int64_t window, std::span<const std::uint16_t> rows) {
    const std::int64_t of_window = 2 * shape_.predictions() * shape_.row_words();
    write_at(shape_.header_bytes() + window * of_window, std::as_bytes(rows));
}

void LogitsWriter::finish() {
    int error = ::fsync(file_) != 0 ? errno : 0;
    if (::close(std::exchange(file_, -1)) != 0 && error == 0) error = errno;
    if (error == 0 && ::rename(temporary_.c_str(), path_.c_str()) != 0) error = errno;
    if (error == 0) return;
    ::unlink(temporary_.c_str());
    fail_to_write(path_, error);
}

}  // namespace headscope
