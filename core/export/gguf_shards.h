#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/checkpoint/formats/gguf/gguf_writer.h"

namespace headscope {

/// A GGUF file that will be written.
struct GgufShard {
    std::string name;
    std::string header;
    std::vector<GgufTensor> tensors;

    [[nodiscard]] std::int64_t bytes() const;
};

/// The files for `tensors`, in their order: `name`.gguf alone, or, where that would be larger than
/// `most_bytes` (0: any size), as many as it takes, with the names and keys of llama.cpp's
/// gguf-split: `name`-00001-of-00003.gguf, of which the first has all of `pairs`, and each
/// split.no, split.count and split.tensors.count. A file holds at least one tensor, and is larger
/// than asked for where that or the metadata of the first are.
///
/// Throws Error(bad_input) where it would be more files than llama.cpp can number.
std::vector<GgufShard> cut_into_gguf_shards(const std::string& name, const GgufPairs& pairs,
                                            const std::vector<GgufTensor>& tensors,
                                            std::int64_t most_bytes);

}  // namespace headscope
