#include "core/export/gguf_shards.h"

#include <limits>

#include <fmt/format.h>

#include "core/base/error.h"

namespace headscope {
namespace {

/// What a tensor adds to a file: its entry in the header, and its data with what fills it up.
std::int64_t bytes_in_file(const GgufTensor& tensor) {
    const std::int64_t entry = 8 + static_cast<std::int64_t>(tensor.name.size()) + 4 +
                               8 * static_cast<std::int64_t>(tensor.shape.size()) + 4 + 8;
    return entry + gguf_data_bytes({tensor});
}

GgufPairs with_split(GgufPairs pairs, std::size_t number, std::size_t count, std::size_t tensors) {
    pairs.set("split.no", static_cast<std::uint16_t>(number));
    pairs.set("split.count", static_cast<std::uint16_t>(count));
    pairs.set("split.tensors.count", static_cast<std::int32_t>(tensors));
    return pairs;
}

}  // namespace

std::int64_t GgufShard::bytes() const {
    return static_cast<std::int64_t>(header.size()) + gguf_data_bytes(tensors);
}

std::vector<GgufShard> cut_into_gguf_shards(const std::string& name, const GgufPairs& pairs,
                                            const std::vector<GgufTensor>& tensors,
                                            std::int64_t most_bytes) {
    GgufShard whole{name + ".gguf", gguf_header(pairs, tensors), tensors};
    if (most_bytes == 0 || whole.bytes() <= most_bytes) return {std::move(whole)};

    std::vector<std::vector<GgufTensor>> parts(1);
    auto bytes = static_cast<std::int64_t>(gguf_header(with_split(pairs, 0, 1, 0), {}).size());
    const auto of_others =
        static_cast<std::int64_t>(gguf_header(with_split({}, 0, 1, 0), {}).size());
    for (const GgufTensor& tensor : tensors) {
        const std::int64_t more = bytes_in_file(tensor);
        if (bytes + more > most_bytes && !parts.back().empty()) {
            parts.emplace_back();
            bytes = of_others;
        }
        bytes += more;
        parts.back().push_back(tensor);
    }
    if (parts.size() > std::numeric_limits<std::uint16_t>::max()) {
        fail(ErrorCode::bad_input,
             "files of at most {} bytes would be {}, more than llama.cpp can number; choose a "
             "larger --max_shard_size",
             most_bytes, parts.size());
    }
    std::vector<GgufShard> shards;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const GgufPairs own =
            with_split(i == 0 ? pairs : GgufPairs(), i, parts.size(), tensors.size());
        shards.push_back({fmt::format("{}-{:05}-of-{:05}.gguf", name, i + 1, parts.size()),
                          gguf_header(own, parts[i]), std::move(parts[i])});
    }
    return shards;
}

}  // namespace headscope
