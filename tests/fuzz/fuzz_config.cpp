#include "core/architecture/model_config.h"
#include "core/architecture/tensor_map.h"
#include "tests/fuzz/fuzz.h"

/// config.json
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    return fuzz::expect_error_or_nothing([&] {
        const ModelConfig config = parse_model_config(fuzz::as_text(data, size), "config.json");
        if (config.num_hidden_layers <= 100) static_cast<void>(expected_tensors(config));
    });
}
