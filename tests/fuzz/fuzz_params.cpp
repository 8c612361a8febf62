#include "core/checkpoint/formats/meta/meta_params.h"
#include "tests/fuzz/fuzz.h"

/// params.json
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    return fuzz::expect_error_or_nothing([&] {
        const std::string_view text = fuzz::as_text(data, size);
        static_cast<void>(read_meta_hidden_size(text, "params.json"));
        static_cast<void>(parse_meta_params(text, "params.json", {6144, 704, false, 5888, {}, {}}));
    });
}
