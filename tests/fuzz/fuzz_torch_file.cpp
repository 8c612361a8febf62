#include "core/checkpoint/formats/torch/torch_file.h"
#include "tests/fuzz/fuzz.h"

/// A whole file of torch.save: the archive and the pickle in it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    const fuzz::MemoryFile file(fuzz::as_text(data, size));
    return fuzz::expect_error_or_nothing([&] {
        const TorchFile opened(file.path());
        for (const StoredTensor& tensor : opened.tensors())
            fuzz::touch(tensor.bytes);
    });
}
