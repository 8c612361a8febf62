#pragma once

#include <future>
#include <optional>
#include <stop_token>

#include <c10/core/Stream.h>

#include "core/model/loaded_model_torch.h"

namespace headscope {

/// Gives the weights of a model's layers, first to last, as often as they are wanted. Where they
/// are resident that costs nothing. Where they are not, there is memory for two layers: while the
/// work of one goes on, the next is read from the files, or copied from the GPU on which it waits.
class LayerSource {
  public:
    /// `model` must outlive this.
    explicit LayerSource(const LoadedModel& model);
    ~LayerSource();
    LayerSource(const LayerSource&) = delete;
    LayerSource& operator=(const LayerSource&) = delete;

    /// Begins a round through the layers at layer `first`. Not while another round goes on.
    void begin(int first, const std::stop_token& stop);

    /// The weights of `index`, which is the layer after the one asked for before, or the round's
    /// first. They stay as they are until the next call, and for work that is queued on the current
    /// stream of a GPU before it. Throws Error(cancelled). Where all layers are resident, many
    /// threads may ask for any layer at any time.
    const LayerWeights& layer(int index);

    /// Bytes of one of the two layers that there is memory for; 0 where all are resident.
    [[nodiscard]] std::int64_t bytes_of_one() const;

  private:
    enum class Place { here, elsewhere, file };
    [[nodiscard]] Place place_of(int index) const;
    void start_reading(int index);
    void copy_from_elsewhere(int index, LayerWeights& to);
    void wait_for_copy();

    const LoadedModel& model_;
    std::stop_token stop_;
    LayerWeights slots_[2];               ///< as large as the largest layer
    LayerWeights layers_[2];              ///< what the slots hold
    std::optional<WeightReader> reader_;  ///< after the slots, which its copies may still fill
    int filling_ = 0;                     ///< the slot that is being filled, or was filled last
    int reading_ = -1;                    ///< the layer that is read into it
    std::future<void> read_;
    std::optional<c10::Stream> copies_;  ///< on which layers come from other GPUs
};

}  // namespace headscope
