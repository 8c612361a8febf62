#pragma once

#include <QTemporaryDir>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/benchmarks/llama_shape.h"
#include "tests/support/test_files.h"

namespace headscope::testing {

/// The same as in test_files.h, for an Error of one kind.
template <typename Action>
std::string error_of(Action action, ErrorCode code) {
    try {
        action();
    } catch (const Error& error) {
        return error.code() == code ? error.what() : "another code";
    }
    return {};
}

/// Odd in every way that the format allows, and of several blocks and strips a head.
inline constexpr LlamaShape kSmallShape = {.num_hidden_layers = 4,
                                           .num_attention_heads = 3,
                                           .num_key_value_heads = 1,
                                           .head_dim = 66,
                                           .hidden_size = 190,
                                           .intermediate_size = 20,
                                           .vocab_size = 40,
                                           .dtype = DType::f32};

/// A model of random attention weights, which `change` may edit for each projection.
class SmallModel {
  public:
    explicit SmallModel(const FillTensor& change = {}, const LlamaShape& shape = kSmallShape) {
        std::uint64_t seed = 0;
        make_llama_folder(path(), shape, [&](std::string_view name, std::span<std::byte> bytes) {
            if (!name.ends_with("_proj.weight") || name.find("self_attn") == name.npos) return;
            fill_random(bytes, shape.dtype, ++seed);
            if (change) change(name, bytes);
        });
    }

    [[nodiscard]] std::filesystem::path path() const { return folder_.path().toStdString(); }
    [[nodiscard]] Checkpoint open() const { return Checkpoint::open(path()); }

  private:
    QTemporaryDir folder_;
};

}  // namespace headscope::testing
