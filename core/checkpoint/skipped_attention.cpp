#include "core/checkpoint/skipped_attention.h"

#include <algorithm>
#include <memory>
#include <string>

#include "core/architecture/layer_heads.h"
#include "core/architecture/tensor_map.h"

namespace headscope {
namespace {

class Zeros : public RowDecoder {
  public:
    explicit Zeros(std::int64_t columns) : columns_(columns) {}

    void decode(std::int64_t, std::int64_t count, float* to) const override {
        std::fill_n(to, count * columns_, 0.0F);
    }

  private:
    std::int64_t columns_;
};

const StoredTensor kNothing{{}, "F32", DType::f32, {}, {}, {}};

}  // namespace

TensorSource zeros(const ExpectedTensor& tensor, const CheckpointContents& contents) {
    TensorSource source{tensor.name, tensor.shape, {{&kNothing, contents.files.front()}}};
    source.decoder = std::make_shared<const Zeros>(element_count(tensor.shape) / row_count(source));
    return source;
}

bool is_made_up(const TensorSource& source) {
    return &source.first() == &kNothing;
}

void add_skipped_attention(CheckpointContents& contents) {
    TensorTable added;
    for (const int layer : skipped_attention(contents.config_json)) {
        for (const ExpectedTensor& tensor : expected_tensors(contents.config, layer)) {
            if (belongs_to_attention(tensor.parts.front()) &&
                find_tensor(contents.table, tensor.name) == nullptr) {
                added.push_back(zeros(tensor, contents));
            }
        }
    }
    if (added.empty()) return;
    contents.table.insert(contents.table.end(), added.begin(), added.end());
    sort_tensors(contents.table);
}

}  // namespace headscope
