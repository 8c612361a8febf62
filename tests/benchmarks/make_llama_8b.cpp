// Makes a checkpoint in the shape of Llama-3.1-8B, with random weights and near-twin heads in
// layers 10 to 19, and with the tokenizer of another model folder beside it: what the figures of
// docs/performance.md are measured with.
//   make_llama_8b FOLDER TOKENIZER_FOLDER
// A folder that was made before is left as it is.

#include <cstdio>
#include <exception>
#include <filesystem>

#include "tests/benchmarks/llama_shape.h"

int main(int argc, char** argv) {
    using namespace headscope;
    namespace fs = std::filesystem;
    if (argc != 3) {
        std::fputs("make_llama_8b FOLDER TOKENIZER_FOLDER\n", stderr);
        return 2;
    }
    try {
        const fs::path folder = argv[1];
        const fs::path tokenizer = argv[2];
        make_llama_folder(folder, kLlama31_8B, LlamaWeights(kLlama31_8B, {10, 19}, 20240607));
        for (const char* name : {"tokenizer.json", "tokenizer_config.json"}) {
            fs::copy_file(tokenizer / name, folder / name, fs::copy_options::overwrite_existing);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_llama_8b: %s\n", error.what());
        return 1;
    }
    return 0;
}
