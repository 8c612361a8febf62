#include "core/checkpoint/formats/safetensors/safetensors_file.h"
#include "tests/fuzz/fuzz.h"

/// model.safetensors
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    const fuzz::MemoryFile file(fuzz::as_text(data, size));
    return fuzz::expect_error_or_nothing([&] {
        const SafetensorsFile opened(file.path());
        for (const StoredTensor& tensor : opened.tensors())
            fuzz::touch(tensor.bytes);
    });
}
