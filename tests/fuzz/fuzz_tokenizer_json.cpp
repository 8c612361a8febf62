#include "core/tokenizer/tokenizer_json.h"
#include "tests/fuzz/fuzz.h"

/// tokenizer.json. Its vocabulary is read with the first use, so a text is encoded as well.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    return fuzz::expect_error_or_nothing([&] {
        const auto tokenizer = parse_tokenizer_json(std::string(fuzz::as_text(data, size)), "file");
        static_cast<void>(tokenizer->bos_id());
        static_cast<void>(tokenizer->vocabulary_size());
        static_cast<void>(tokenizer->encode("A text, 12 words; \xd0\xb6 <s>\n\n  and\ttabs."));
    });
}
