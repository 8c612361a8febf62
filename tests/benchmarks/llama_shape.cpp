#include "tests/benchmarks/llama_shape.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/error.h"
#include "tests/support/llama_tensor_names.h"

namespace headscope {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::size_t begin = 0;  ///< bytes from the end of the header
    std::size_t end = 0;
};

std::vector<Tensor> layout(const LlamaShape& shape) {
    std::vector<Tensor> tensors;
    const auto add = [&](std::string name, std::vector<std::int64_t> sizes) {
        std::size_t bytes = size_of(shape.dtype);
        for (const std::int64_t size : sizes)
            bytes *= static_cast<std::size_t>(size);
        const std::size_t begin = tensors.empty() ? 0 : tensors.back().end;
        tensors.push_back({std::move(name), std::move(sizes), begin, begin + bytes});
    };
    const std::int64_t hidden = shape.hidden_size;
    const std::int64_t q = shape.num_attention_heads * shape.head_dim;
    const std::int64_t kv = shape.num_key_value_heads * shape.head_dim;
    add(tensor_names::embeddings(), {shape.vocab_size, hidden});
    for (int i = 0; i < shape.num_hidden_layers; ++i) {
        add(tensor_names::input_norm(i), {hidden});
        add(tensor_names::q_proj(i), {q, hidden});
        add(tensor_names::k_proj(i), {kv, hidden});
        add(tensor_names::v_proj(i), {kv, hidden});
        add(tensor_names::o_proj(i), {hidden, q});
        add(tensor_names::post_attention_norm(i), {hidden});
        add(tensor_names::gate_proj(i), {shape.intermediate_size, hidden});
        add(tensor_names::up_proj(i), {shape.intermediate_size, hidden});
        add(tensor_names::down_proj(i), {hidden, shape.intermediate_size});
    }
    add(tensor_names::final_norm(), {hidden});
    add(tensor_names::output_projection(), {shape.vocab_size, hidden});
    return tensors;
}

/// As Llama 3.1's, but for the sizes.
std::string config_text(const LlamaShape& shape) {
    const json config = {{"architectures", {"LlamaForCausalLM"}},
                         {"model_type", "llama"},
                         {"hidden_act", "silu"},
                         {"attention_bias", false},
                         {"mlp_bias", false},
                         {"num_hidden_layers", shape.num_hidden_layers},
                         {"num_attention_heads", shape.num_attention_heads},
                         {"num_key_value_heads", shape.num_key_value_heads},
                         {"head_dim", shape.head_dim},
                         {"hidden_size", shape.hidden_size},
                         {"intermediate_size", shape.intermediate_size},
                         {"vocab_size", shape.vocab_size},
                         {"max_position_embeddings", 131072},
                         {"rms_norm_eps", 1e-5},
                         {"rope_theta", 500000.0},
                         {"rope_scaling",
                          {{"rope_type", "llama3"},
                           {"factor", 8.0},
                           {"low_freq_factor", 1.0},
                           {"high_freq_factor", 4.0},
                           {"original_max_position_embeddings", 8192}}},
                         {"tie_word_embeddings", false},
                         {"torch_dtype", name_of(shape.dtype)},
                         {"bos_token_id", 0}};
    return config.dump(2);
}

/// The safetensors header: its length in 8 bytes, then JSON that is padded to a multiple of 8.
std::string header_text(const std::vector<Tensor>& tensors, DType dtype) {
    json entries = json::object();
    const char* name = dtype == DType::bf16 ? "BF16" : dtype == DType::f16 ? "F16" : "F32";
    for (const Tensor& tensor : tensors) {
        entries[tensor.name] = {
            {"dtype", name}, {"shape", tensor.shape}, {"data_offsets", {tensor.begin, tensor.end}}};
    }
    std::string text = entries.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    std::string prefix(sizeof(length), '\0');
    std::memcpy(prefix.data(), &length, sizeof(length));
    return prefix + text;
}

[[noreturn]] void fail_with_errno(const fs::path& path) {
    fail(ErrorCode::bad_input, "{}: {}", path.string(),
         std::error_code(errno, std::generic_category()).message());
}

/// Maps the whole new file, so that only the pages that `fill` touches come to exist.
void write_tensors(const fs::path& path, const LlamaShape& shape, const FillTensor& fill) {
    const std::vector<Tensor> tensors = layout(shape);
    const std::string header = header_text(tensors, shape.dtype);
    const std::size_t size = header.size() + tensors.back().end;

    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) fail_with_errno(path);
    const bool sized = ::ftruncate(file, static_cast<off_t>(size)) == 0;
    void* map =
        sized ? ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    ::close(file);
    if (map == MAP_FAILED) fail_with_errno(path);
    const std::span<std::byte> bytes(static_cast<std::byte*>(map), size);
    std::memcpy(bytes.data(), header.data(), header.size());
    for (const Tensor& tensor : tensors) {
        fill(tensor.name, bytes.subspan(header.size() + tensor.begin, tensor.end - tensor.begin));
    }
    ::munmap(map, size);
}

}  // namespace

void make_llama_folder(const fs::path& folder, const LlamaShape& shape, const FillTensor& fill) {
    const std::string config = config_text(shape);
    std::ifstream old(folder / "config.json");
    if (std::string(std::istreambuf_iterator<char>(old), {}) == config) return;
    fs::create_directories(folder);
    write_tensors(folder / "model.safetensors", shape, fill);
    std::ofstream(folder / "config.json") << config;  // last: it says that the rest is complete
}

void fill_random(std::span<std::byte> bytes, DType dtype, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto write = [&]<typename Word>(Word sign, Word smallest, Word spread) {
        for (std::size_t i = 0; i + sizeof(Word) <= bytes.size(); i += sizeof(Word)) {
            const std::uint64_t bits = random();
            // The exponent's lowest bit and the fraction are random.
            const auto word =
                static_cast<Word>(((bits & 1) != 0 ? sign : 0) | (smallest + (bits >> 1 & spread)));
            std::memcpy(bytes.data() + i, &word, sizeof(Word));
        }
    };
    switch (dtype) {
        case DType::bf16:
            return write(std::uint16_t{0x8000}, std::uint16_t{0x3c00}, std::uint16_t{0xff});
        case DType::f16:
            return write(std::uint16_t{0x8000}, std::uint16_t{0x2000}, std::uint16_t{0x7ff});
        case DType::f32:
            return write(0x80000000U, 0x3c000000U, 0xffffffU);
    }
}

}  // namespace headscope
