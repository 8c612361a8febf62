#include "core/checkpoint/fingerprint.h"

#include <algorithm>

#include <fmt/core.h>

#include "core/base/sha256.h"

namespace headscope {
namespace {

constexpr std::size_t kBlocks = 64;
constexpr std::size_t kBlockBytes = std::size_t{64} << 10;

/// 64 blocks: the first begins the file and the last ends it. A file without room for all of them
/// is taken whole.
std::vector<std::span<const std::byte>> samples_of(std::span<const std::byte> bytes) {
    if (bytes.size() <= kBlocks * kBlockBytes) return {bytes};
    const std::size_t last = bytes.size() - kBlockBytes;
    const std::size_t step = last / (kBlocks - 1);
    const std::size_t rest = last % (kBlocks - 1);
    std::vector<std::span<const std::byte>> samples;
    for (std::size_t i = 0; i < kBlocks; ++i) {
        samples.push_back(bytes.subspan(step * i + rest * i / (kBlocks - 1), kBlockBytes));
    }
    return samples;
}

}  // namespace

std::string fingerprint_of(std::string_view config_text,
                           const std::vector<std::shared_ptr<const SafetensorsFile>>& files) {
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
        for (const auto sample : samples)
            mapped.prefetch(sample);
        for (const auto sample : samples)
            hash.update(sample);
    }
    return hash.hex_digest();
}

}  // namespace headscope
