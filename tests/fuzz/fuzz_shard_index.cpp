#include "core/checkpoint/formats/hugging_face/shard_index.h"
#include "tests/fuzz/fuzz.h"

/// model.safetensors.index.json
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    const fuzz::MemoryFile file(fuzz::as_text(data, size));
    return fuzz::expect_error_or_nothing([&] {
        for (const std::string& shard : read_shard_index(file.path()).shards()) {
            if (shard.find('/') != std::string::npos) std::abort();
        }
    });
}
