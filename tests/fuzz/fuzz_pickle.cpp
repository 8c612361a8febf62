#include "core/checkpoint/formats/torch/pickle_reader.h"
#include "tests/fuzz/fuzz.h"

/// data.pkl of a file of torch.save
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    return fuzz::expect_error_or_nothing([&] {
        const auto bytes = std::as_bytes(std::span(data, size));
        for (const PickledTensor& tensor : read_pickled_tensors(bytes, "weights.pth")) {
            if (tensor.type == nullptr || tensor.shape.size() != tensor.strides.size())
                std::abort();
            fuzz::touch(std::as_bytes(std::span(tensor.name)));
            fuzz::touch(std::as_bytes(std::span(tensor.storage)));
        }
    });
}
