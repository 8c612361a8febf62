#include "core/tokenizer/tiktoken_file.h"
#include "tests/fuzz/fuzz.h"

/// Meta's tokenizer.model of Llama 3
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    return fuzz::expect_error_or_nothing([&] {
        const auto tokenizer = parse_tiktoken_file(std::string(fuzz::as_text(data, size)), "file");
        static_cast<void>(tokenizer->bos_id());
        static_cast<void>(tokenizer->vocabulary_size());
        static_cast<void>(tokenizer->encode("A text, 12 words; \xd0\xb6 <s>\n\n  and\ttabs."));
    });
}
