#include "core/checkpoint/fingerprint.h"

#include <algorithm>

#include <fmt/core.h>

#include "core/base/progress.h"
#include "core/base/sha256.h"

namespace headscope {
namespace {

/// A file up to this size is taken whole.
constexpr std::size_t kWholeBytes = std::size_t{64} << 20;
/// Of a larger one, the first kSampleBytes of every kStride, and its end: dense enough that a
/// changed head of a large model, a quarter of a megabyte or more, always shows.
constexpr std::size_t kStride = std::size_t{256} << 10;
constexpr std::size_t kSampleBytes = std::size_t{4} << 10;
/// So much is hashed between two looks at the stop token: a few milliseconds from a slow disk.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

std::vector<std::span<const std::byte>> samples_of(std::span<const std::byte> bytes) {
    if (bytes.size() <= kWholeBytes) return {bytes};
    std::vector<std::span<const std::byte>> samples;
    for (std::size_t at = 0; at + kSampleBytes <= bytes.size(); at += kStride) {
        samples.push_back(bytes.subspan(at, kSampleBytes));
    }
    samples.push_back(bytes.last(kSampleBytes));
    return samples;
}

void update_in_pieces(Sha256& hash, std::span<const std::byte> bytes, const std::stop_token& stop) {
    while (!bytes.empty()) {
        throw_if_stopped(stop);
        const std::size_t size = std::min(bytes.size(), kPieceBytes);
        hash.update(bytes.first(size));
        bytes = bytes.subspan(size);
    }
}

}  // namespace

std::string fingerprint_of(std::string_view config_text,
                           const std::vector<std::shared_ptr<const TensorFile>>& files,
                           const std::stop_token& stop) {
    Sha256 hash;
    // Sizes in front of what has no fixed size keep different checkpoints apart for sure.
    hash.update(fmt::format("config.json {}\n", config_text.size()));
    hash.update(config_text);
    for (const auto& file : files) {
        const std::string name = file->path().filename().string();
        const MappedFile& mapped = file->file();
        hash.update(fmt::format("{} {} {} {}\n", name.size(), name, mapped.bytes().size(),
                                file->header().size()));
        hash.update(file->header());
        const auto samples = samples_of(mapped.bytes());
        for (const auto sample : samples) {
            throw_if_stopped(stop);
            mapped.prefetch(sample);
        }
        for (const auto sample : samples) {
            update_in_pieces(hash, sample, stop);
            mapped.release(sample);  // a touch maps what lies around it as well
        }
    }
    return hash.hex_digest();
}

}  // namespace headscope
