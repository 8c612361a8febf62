#include "core/architecture/model_config.h"
#include "core/checkpoint/formats/gguf/gguf_config.h"
#include "core/checkpoint/formats/gguf/gguf_file.h"
#include "tests/fuzz/fuzz.h"

/// A GGUF file: its header, its metadata as a config, and every block of its tensors.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    const fuzz::MemoryFile file(fuzz::as_text(data, size));
    return fuzz::expect_error_or_nothing([&] {
        const GgufFile opened(file.path());
        for (std::size_t i = 0; i < opened.tensors().size(); ++i) {
            const StoredTensor& tensor = opened.tensors()[i];
            const BlockType& type = *opened.types()[i];
            fuzz::touch(tensor.bytes);
            if (type.decode() == nullptr) continue;
            std::vector<float> block(static_cast<std::size_t>(type.elements));
            const auto* blocks = reinterpret_cast<const unsigned char*>(tensor.bytes.data());
            for (std::size_t at = 0; at < tensor.bytes.size();
                 at += static_cast<std::size_t>(type.bytes)) {
                type.decode()(blocks + at, 1, block.data());
            }
        }
        const GgufMetadata& values = opened.values();
        for (const char* key : {"tokenizer.ggml.tokens", "tokenizer.ggml.merges"})
            fuzz::sink = static_cast<unsigned>(values.texts(key).size());
        fuzz::sink = static_cast<unsigned>(values.floats("tokenizer.ggml.scores").size());
        const auto name = values.text("general.architecture").value_or("llama");
        const GgufArchitecture* architecture = find_gguf_architecture(name);
        if (architecture == nullptr) return;
        GgufFacts facts;
        facts.vocab_size = 32;
        facts.rope_factors = values.floats("rope_factors");
        parse_model_config(convert_gguf_config(values, *architecture, facts), "config");
    });
}
