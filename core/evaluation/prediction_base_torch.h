#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include <ATen/core/Tensor.h>

#include "core/evaluation/logits_file.h"
#include "core/evaluation/windows.h"
#include "core/model/forward_torch.h"

namespace headscope {

/// Predictions of another model over the same windows, with which those of an evaluation are
/// compared. Safe for many threads.
class PredictionBase {
  public:
    PredictionBase() = default;
    virtual ~PredictionBase() = default;
    PredictionBase(const PredictionBase&) = delete;
    PredictionBase& operator=(const PredictionBase&) = delete;

    /// How the predictions of `window` differ from the base's. `rows`: hidden states behind the
    /// last layer of `forward`'s model that make them, [predictions, hidden]; `targets`:
    /// [predictions], int64, on the device.
    [[nodiscard]] virtual ops::Divergence compare(std::int64_t window, const ForwardPass& forward,
                                                  const at::Tensor& rows,
                                                  const at::Tensor& targets) const = 0;

    /// Takes the hidden states that make the predictions of `window`, where the base is being made.
    virtual void keep(std::int64_t window, const at::Tensor& rows) = 0;
};

/// The predictions of a model: its hidden states behind the last layer are kept, from which its
/// output projection makes logits whenever they are compared.
class KeptPredictions : public PredictionBase {
  public:
    KeptPredictions(Model model, const Windows& windows);

    [[nodiscard]] ops::Divergence compare(std::int64_t window, const ForwardPass& forward,
                                          const at::Tensor& rows,
                                          const at::Tensor& targets) const override;
    void keep(std::int64_t window, const at::Tensor& rows) override;

  private:
    Model model_;
    ForwardPass forward_;
    mutable std::mutex mutex_;
    std::map<std::int64_t, at::Tensor> rows_;  ///< of each window, on the host
};

/// Writes the predictions of a model as they come.
class SavedPredictions : public PredictionBase {
  public:
    SavedPredictions(Model model, const Windows& windows, std::shared_ptr<LogitsWriter> writer);

    [[nodiscard]] ops::Divergence compare(std::int64_t window, const ForwardPass& forward,
                                          const at::Tensor& rows,
                                          const at::Tensor& targets) const override;
    void keep(std::int64_t window, const at::Tensor& rows) override;

  private:
    Model model_;
    ForwardPass forward_;
    std::shared_ptr<LogitsWriter> writer_;
};

/// The predictions of a file.
class FilePredictions : public PredictionBase {
  public:
    explicit FilePredictions(std::shared_ptr<const LogitsFile> file) : file_(std::move(file)) {}

    [[nodiscard]] ops::Divergence compare(std::int64_t window, const ForwardPass& forward,
                                          const at::Tensor& rows,
                                          const at::Tensor& targets) const override;
    void keep(std::int64_t window, const at::Tensor& rows) override;

  private:
    std::shared_ptr<const LogitsFile> file_;
};

}  // namespace headscope
