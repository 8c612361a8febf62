#include "core/model/layer_source_torch.h"

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "core/base/error.h"
#include "core/model/several_gpus_torch.h"

namespace headscope {

LayerSource::LayerSource(const LoadedModel& model) : model_(model) {
    if (model.resident()) return;
    // On the CPU the layer that computes needs the cores more than the one that is read.
    const int threads = model.format.device.is_cpu() ? 1 : model.threads;
    reader_.emplace(model.checkpoint, model.format, threads);
    for (LayerWeights& slot : slots_)
        slot = allocate_layer(model.checkpoint.config(), model.checkpoint.config().most_heads(),
                              model.format);
}

LayerSource::~LayerSource() {
    if (read_.valid()) read_.wait();  // it writes into a slot
    if (copies_) wait_for_copy();     // so does that, before the slot's memory serves others
}

void LayerSource::begin(int first, const std::stop_token& stop) {
    if (model_.resident()) return;
    if (read_.valid()) read_.wait();
    stop_ = stop;
    start_reading(first);
}

LayerSource::Place LayerSource::place_of(int index) const {
    if (model_.waiting.empty()) return Place::file;
    const at::Tensor& there = model_.waiting[static_cast<std::size_t>(index)].attention.qkv;
    if (!there.defined()) return Place::file;
    return there.device() == model_.format.device ? Place::here : Place::elsewhere;
}

void LayerSource::start_reading(int index) {
    reading_ = index;
    const Place place = place_of(index);
    if (place == Place::here) return;
    filling_ = 1 - filling_;
    const ModelConfig& config = model_.checkpoint.config();
    layers_[filling_] = layer_within(slots_[filling_], config, config.heads_of(index));
    if (place == Place::elsewhere) {
        copy_from_elsewhere(index, layers_[filling_]);
        return;
    }
    reader_->begin_after_current();  // the work that used the slot before
    add_layer(*reader_, config, index, layers_[filling_]);
    read_ = std::async(std::launch::async, [this] { reader_->read(stop_); });
}

/// Queues the copies on a stream of their own, behind the work that used the slot before.
void LayerSource::copy_from_elsewhere(int index, LayerWeights& to) {
    const c10::Device device = model_.format.device;
    const c10::impl::VirtualGuardImpl streams(device.type());
    if (!copies_) copies_ = streams.getStreamFromGlobalPool(device, /*isHighPriority=*/false);
    c10::Event used(device.type());
    used.record(streams.getStream(device));
    used.block(*copies_);
    const c10::StreamGuard on_copies(*copies_);
    copy_layer_into(model_.waiting[static_cast<std::size_t>(index)], to);
}

void LayerSource::wait_for_copy() {
    const c10::Device device = model_.format.device;
    const c10::impl::VirtualGuardImpl streams(device.type());
    c10::Event copied(device.type());
    copied.record(*copies_);
    copied.block(streams.getStream(device));
}

std::int64_t LayerSource::bytes_of_one() const {
    if (model_.resident()) return 0;
    const LayerWeights& slot = slots_[0];
    return static_cast<std::int64_t>(slot.attention.qkv.nbytes() + slot.attention.o.nbytes() +
                                     slot.gate_up.nbytes() + slot.down.nbytes());
}

const LayerWeights& LayerSource::layer(int index) {
    if (model_.resident()) return model_.layers[static_cast<std::size_t>(index)];
    const Place place = place_of(index);
    if (index != reading_ || (place == Place::file && !read_.valid())) {
        fail(ErrorCode::internal, "layer {} was asked for, but layer {} was read", index, reading_);
    }
    if (place == Place::file) {
        read_.get();
        reader_->wait_on_current();
    } else if (place == Place::elsewhere) {
        wait_for_copy();
    }
    const LayerWeights& ready =
        place == Place::here ? model_.waiting[static_cast<std::size_t>(index)] : layers_[filling_];
    if (index + 1 < model_.checkpoint.config().num_hidden_layers) start_reading(index + 1);
    return ready;
}

}  // namespace headscope
