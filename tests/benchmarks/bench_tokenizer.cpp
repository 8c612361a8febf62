// Byte-level BPE with a vocabulary in the size of Llama 3's (128,000 tokens) on the test split of
// WikiText-2: what loading and encoding take, whether time grows with the text alone, and what a
// text of one word costs. compare_tokenizers.py runs it beside the tokenizers library.
//
// The vocabulary is made once, in $HEADSCOPE_BENCH_DIR or a temporary folder.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "core/base/file.h"
#include "core/base/locations.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/benchmarks/large_vocabulary.h"

namespace {

using namespace headscope;
namespace fs = std::filesystem;

const std::string& corpus() {
    static const std::string text = read_text_file(wikitext2_test_file(), 10'000'000);
    return text;
}

const fs::path& folder() {
    static const fs::path path = [] {
        const char* const given = std::getenv("HEADSCOPE_BENCH_DIR");
        fs::path made = given != nullptr ? fs::path(given) / "tokenizer"
                                         : fs::temp_directory_path() / "headscope-bench-tokenizer";
        make_large_vocabulary(made, corpus());
        return made;
    }();
    return path;
}

/// Everything up to the first id, the file in the page cache.
void load(benchmark::State& state, const char* kind) {
    const fs::path path = folder() / kind;
    for (auto _ : state)
        benchmark::DoNotOptimize(open_tokenizer(path)->encode("a"));
}

/// What looking at a checkpoint costs: all but the vocabulary.
void open(benchmark::State& state, const char* kind) {
    const fs::path path = folder() / kind;
    for (auto _ : state)
        benchmark::DoNotOptimize(open_tokenizer(path));
}

void encode_text(benchmark::State& state, const char* kind, const std::string& text) {
    const auto tokenizer = open_tokenizer(folder() / kind);
    std::size_t tokens = tokenizer->encode(text).size();
    for (auto _ : state)
        benchmark::DoNotOptimize(tokenizer->encode(text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
    state.counters["tokens"] = static_cast<double>(tokens);
}

/// The corpus so many times over.
void encode(benchmark::State& state, const char* kind) {
    std::string text;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        text += corpus();
    encode_text(state, kind, text);
}

/// One word of letters without a space, of so many times 1,000,000 bytes.
void encode_one_word(benchmark::State& state, const char* kind) {
    const auto size = static_cast<std::size_t>(state.range(0)) * 1'000'000;
    std::string text;
    for (std::size_t i = 0; text.size() < size; i = (i + 1) % corpus().size()) {
        const char letter = corpus()[i];
        if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) text += letter;
    }
    encode_text(state, kind, text);
}

BENCHMARK_CAPTURE(open, json, "json")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(open, ranks, "ranks")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, json, "json")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, ranks, "ranks")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, json, "json")
    ->ArgName("times")
    ->Arg(1)
    ->Arg(2)
    ->Arg(4)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, ranks, "ranks")
    ->ArgName("times")
    ->Arg(1)
    ->Arg(2)
    ->Arg(4)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_one_word, json, "json")
    ->ArgName("MB")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_one_word, ranks, "ranks")
    ->ArgName("MB")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
