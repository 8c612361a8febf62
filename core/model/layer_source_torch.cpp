#include "core/model/layer_source_torch.h"

#include "core/base/error.h"

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
}

void LayerSource::begin(int first, const std::stop_token& stop) {
    if (model_.resident()) return;
    if (read_.valid()) read_.wait();
    stop_ = stop;
    start_reading(first);
}

void LayerSource::start_reading(int index) {
    reading_ = index;
    filling_ = 1 - filling_;
    reader_->begin_after_current();  // the work that used the slot before
    const ModelConfig& config = model_.checkpoint.config();
    layers_[filling_] = layer_within(slots_[filling_], config, config.heads_of(index));
    add_layer(*reader_, config, index, layers_[filling_]);
    read_ = std::async(std::launch::async, [this] { reader_->read(stop_); });
}

std::int64_t LayerSource::bytes_of_one() const {
    if (model_.resident()) return 0;
    const LayerWeights& slot = slots_[0];
    return static_cast<std::int64_t>(slot.attention.qkv.nbytes() + slot.attention.o.nbytes() +
                                     slot.gate_up.nbytes() + slot.down.nbytes());
}

const LayerWeights& LayerSource::layer(int index) {
    if (model_.resident()) return model_.layers[static_cast<std::size_t>(index)];
    if (index != reading_ || !read_.valid()) {
        fail(ErrorCode::internal, "layer {} was asked for, but layer {} was read", index, reading_);
    }
    read_.get();
    reader_->wait_on_current();
    const LayerWeights& ready = layers_[filling_];
    if (index + 1 < model_.checkpoint.config().num_hidden_layers) start_reading(index + 1);
    return ready;
}

}  // namespace headscope
