#pragma once

#include <QTemporaryDir>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "core/checkpoint/checkpoint.h"
#include "core/model/weight_reader_torch.h"
#include "tests/checkpoint/safetensors_writer.h"
#include "tests/support/test_files.h"

namespace headscope::testing {

/// The demo model with every head three times, in float32, in a folder that lives as long as this.
/// The second and third time a KV head and the heads that it serves are in a basis of their own:
/// V and O turned by a random rotation, each rotary pair of Q and K by a random angle. O is divided
/// by three, so that the model computes what the demo does. Head h is repeated as h + 16 and h
/// + 32.
class HiddenCopies {
  public:
    static constexpr int kHeads = 16;
    static constexpr int kKvHeads = 8;
    static constexpr int kCopies = 3;

    HiddenCopies() {
        at::manual_seed(3);
        const Checkpoint demo = Checkpoint::open(demo_model());
        std::vector<TensorSpec> specs;
        for (const TensorInfo& info : demo.tensors()) {
            const std::string& name = info.name;
            if (name.ends_with("k_proj.weight")) begin_layer();  // the first: sorted by name
            const at::Tensor tensor = mapped(demo.tensor(name)).to(at::kFloat);
            const at::Tensor all = repeated(name, tensor).contiguous();
            std::string bytes(static_cast<std::size_t>(all.nbytes()), '\0');
            std::memcpy(bytes.data(), all.data_ptr(), bytes.size());
            specs.push_back({name, "F32", all.sizes().vec(), std::move(bytes)});
        }
        write_safetensors(path() / "model.safetensors", specs);
        std::ifstream demo_config(demo_model() / "config.json");
        nlohmann::json config = nlohmann::json::parse(demo_config);
        config["num_attention_heads"] = kCopies * kHeads;
        config["num_key_value_heads"] = kCopies * kKvHeads;
        write_bytes(path() / "config.json", config.dump());
        std::filesystem::copy(demo_model() / "tokenizer.model", path() / "tokenizer.model");
    }

    [[nodiscard]] std::filesystem::path path() const { return folder_.path().toStdString(); }

  private:
    static constexpr std::int64_t kDim = 16;

    /// Other bases for every layer.
    void begin_layer() {
        rotations_ = std::get<0>(at::linalg_qr(at::randn({kCopies - 1, kKvHeads, kDim, kDim})));
        angles_ = at::rand({kCopies - 1, kKvHeads, 1, kDim / 2, 1}) * 6.28;
    }

    at::Tensor repeated(const std::string& name, const at::Tensor& tensor) {
        std::vector<at::Tensor> copies = {tensor};
        for (int copy = 0; copy < kCopies - 1; ++copy) {
            if (name.ends_with("q_proj.weight") || name.ends_with("k_proj.weight")) {
                copies.push_back(turned(tensor, angles_[copy]));
            } else if (name.ends_with("v_proj.weight")) {
                copies.push_back(at::bmm(rotations_[copy], tensor.view({kKvHeads, kDim, -1}))
                                     .view(tensor.sizes()));
            } else if (name.ends_with("o_proj.weight")) {
                const at::Tensor columns = tensor.view({-1, kKvHeads, kHeads / kKvHeads, kDim});
                copies.push_back(
                    columns.matmul(rotations_[copy].transpose(1, 2)).reshape(tensor.sizes()));
            } else {
                return tensor;
            }
        }
        return name.ends_with("o_proj.weight") ? at::cat(copies, 1) / kCopies : at::cat(copies);
    }

    static at::Tensor turned(const at::Tensor& matrix, const at::Tensor& angles) {
        const at::Tensor pairs = matrix.view({kKvHeads, -1, 2, kDim / 2, matrix.size(1)});
        const at::Tensor u = pairs.select(2, 0);
        const at::Tensor w = pairs.select(2, 1);
        return at::stack({u * angles.cos() - w * angles.sin(), u * angles.sin() + w * angles.cos()},
                         2)
            .reshape(matrix.sizes());
    }

    QTemporaryDir folder_;
    at::Tensor rotations_;  ///< [copies - 1, kv_heads, head_dim, head_dim]
    at::Tensor angles_;     ///< [copies - 1, kv_heads, 1, pairs, 1]
};

}  // namespace headscope::testing
