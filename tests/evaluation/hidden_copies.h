#pragma once

#include <QTemporaryDir>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/tensor_names.h"
#include "core/model/weight_reader_torch.h"
#include "tests/checkpoint/safetensors_writer.h"
#include "tests/support/test_files.h"

namespace headscope::testing {

/// The demo model with KV heads that are others in a basis of their own, with the heads that they
/// serve: in float32, in a folder that lives as long as this.
class HiddenCopies {
  public:
    /// In each layer of `layers`, KV heads 1 and 5 become KV head 0.
    explicit HiddenCopies(const std::vector<int>& layers) {
        at::manual_seed(3);
        const Checkpoint demo = Checkpoint::open(demo_model());
        for (const TensorInfo& info : demo.tensors())
            tensors_[info.name] = mapped(demo.tensor(info.name)).to(at::kFloat, false, true);
        for (const int layer : layers) {
            for (const int to : {1, 5})
                hide_copy(layer, to);
        }
        std::vector<TensorSpec> specs;
        for (const auto& [name, tensor] : tensors_) {
            std::string bytes(static_cast<std::size_t>(tensor.nbytes()), '\0');
            std::memcpy(bytes.data(), tensor.data_ptr(), bytes.size());
            specs.push_back({name, "F32", tensor.sizes().vec(), std::move(bytes)});
        }
        for (const char* file : {"config.json", "tokenizer.model"})
            std::filesystem::copy(demo_model() / file, path() / file);
        write_safetensors(path() / "model.safetensors", specs);
    }

    [[nodiscard]] std::filesystem::path path() const { return folder_.path().toStdString(); }

  private:
    static constexpr std::int64_t kDim = 16;
    static constexpr std::int64_t kHeadsPerKv = 2;

    void hide_copy(int layer, std::int64_t to) {
        const at::Tensor rotation = std::get<0>(at::linalg_qr(at::randn({kDim, kDim})));
        const at::Tensor angles = at::rand({kDim / 2, 1}) * 6.28;
        const auto rows = [&](const std::string& name, std::int64_t first, std::int64_t count) {
            return tensors_.at(name).narrow(0, first * kDim, count * kDim);
        };
        const at::Tensor v = rows(tensor_names::v_proj(layer), to, 1);
        v.copy_(rotation.matmul(rows(tensor_names::v_proj(layer), 0, 1)));
        const auto turn = [&](const std::string& name, std::int64_t count) {
            const at::Tensor from = rows(name, 0, count).view({count, 2, kDim / 2, -1});
            const at::Tensor u = from.select(1, 0);
            const at::Tensor w = from.select(1, 1);
            const at::Tensor turned = at::stack(
                {u * angles.cos() - w * angles.sin(), u * angles.sin() + w * angles.cos()}, 1);
            const at::Tensor block = rows(name, to * count, count);
            block.copy_(turned.reshape(block.sizes()));
        };
        turn(tensor_names::k_proj(layer), 1);
        turn(tensor_names::q_proj(layer), kHeadsPerKv);
        const at::Tensor o = tensors_.at(tensor_names::o_proj(layer));
        const std::int64_t columns = kHeadsPerKv * kDim;
        const at::Tensor from = o.narrow(1, 0, columns).reshape({-1, kDim});
        const at::Tensor block = o.narrow(1, to * columns, columns);
        block.copy_(from.matmul(rotation.t()).view(block.sizes()));
    }

    QTemporaryDir folder_;
    std::map<std::string, at::Tensor> tensors_;
};

}  // namespace headscope::testing
