#include "core/model/weight_reader_torch.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#ifdef HEADSCOPE_CUDA
#include <c10/cuda/CUDAStream.h>
#endif

#include "core/architecture/tensor_map.h"
#include "core/base/parallel.h"
#include "core/model/cuda_uploader.h"

namespace headscope {
namespace {

/// More threads than that do not fill a bus any faster.
constexpr int kMostThreads = 12;

}  // namespace

at::ScalarType scalar_type_of(DType dtype) {
    switch (dtype) {
        case DType::bf16:
            return at::kBFloat16;
        case DType::f16:
            return at::kHalf;
        case DType::f32:
            return at::kFloat;
    }
    return at::kFloat;
}

at::Tensor mapped(const TensorView& view) {
    // from_blob wants a writable pointer; the mapping itself is read-only.
    auto* data = const_cast<std::byte*>(view.bytes.data());
    return at::from_blob(data, view.shape, at::TensorOptions().dtype(scalar_type_of(view.dtype)));
}

at::Tensor read_rows(const TensorRows& from, std::int64_t first, std::int64_t count) {
    const auto options = at::TensorOptions().dtype(scalar_type_of(from.dtype()));
    const std::vector<std::int64_t> shape{count, from.columns()};
    const std::size_t row_bytes = static_cast<std::size_t>(from.columns()) * size_of(from.dtype());
    if (const auto bytes = from.mapped_bytes(); !bytes.empty()) {
        const auto* begin = bytes.data() + static_cast<std::size_t>(first) * row_bytes;
        return at::from_blob(const_cast<std::byte*>(begin), shape, options);
    }
    at::Tensor rows = at::empty(shape, options);
    from.copy(first, count, static_cast<std::byte*>(rows.data_ptr()));
    return rows;
}

WeightReader::WeightReader(const Checkpoint& checkpoint, const WeightFormat& format, int threads)
    : checkpoint_(checkpoint), format_(format), threads_(std::clamp(threads, 1, kMostThreads)) {
#ifdef HEADSCOPE_CUDA
    if (format.device.is_cuda()) {
        uploader_ = std::make_shared<CudaUploader>(format.device.index(), threads_);
    }
#endif
}

void WeightReader::add(Part part, int layer, const at::Tensor& to, double added, int expert) {
    const TensorSlice slice = locate(checkpoint_.config(), part, layer, expert);
    wanted_.push_back({checkpoint_.rows(slice.name), slice.first_row, to.view({-1}), added});
}

std::vector<WeightReader::Piece> WeightReader::cut() const {
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        const at::Tensor& to = wanted_[i].to;
        const std::int64_t columns = std::max<std::int64_t>(1, wanted_[i].from.columns());
        const auto fitting =
            static_cast<std::int64_t>(CudaUploader::kBufferBytes / to.element_size());
        // Whole rows: what is not mapped is put together by rows.
        const std::int64_t most = std::max<std::int64_t>(1, fitting / columns) * columns;
        for (std::int64_t first = 0; first < to.numel(); first += most) {
            pieces.push_back({i, first, std::min(most, to.numel() - first)});
        }
    }
    return pieces;
}

void WeightReader::read_piece(const Wanted& wanted, const Piece& piece, int worker) {
    const c10::InferenceMode no_gradients;  // a setting of each thread
    const std::int64_t columns = std::max<std::int64_t>(1, wanted.from.columns());
    const at::Tensor from =
        read_rows(wanted.from, wanted.first_row + piece.first / columns, piece.count / columns)
            .view({-1});
    const at::ScalarType from_type = from.scalar_type();
    const at::ScalarType to_type = wanted.to.scalar_type();
    const auto fill = [&](at::Tensor to) {
        if (wanted.added != 0.0) {
            to.copy_(from.to(format_.compute).to(at::kFloat) + wanted.added);
        } else if (from_type == format_.compute && from_type == to_type) {
            std::memcpy(to.data_ptr(), from.data_ptr(), to.nbytes());
        } else {
            to.copy_(from.to(format_.compute));
        }
    };
    const at::Tensor to = wanted.to.narrow(0, piece.first, piece.count);
    if (!uploader_) return fill(to);
#ifdef HEADSCOPE_CUDA
    uploader_->upload(worker, to.data_ptr(), to.nbytes(), [&](void* pinned) {
        fill(at::from_blob(pinned, {piece.count}, at::TensorOptions().dtype(to_type)));
    });
#else
    static_cast<void>(worker);
#endif
}

void WeightReader::read(const std::stop_token& stop) {
    const int threads_before = at::get_num_threads();
    const std::vector<Piece> pieces = cut();
    const auto wanted = std::exchange(wanted_, {});  // also where reading fails
    parallel_for(pieces.size(), threads_, stop, [&](std::size_t index, int worker) {
        at::set_num_threads(1);
        const Piece& piece = pieces[index];
        read_piece(wanted[piece.wanted], piece, worker);
    });
    at::set_num_threads(threads_before);
}

void WeightReader::begin_after_current() {
#ifdef HEADSCOPE_CUDA
    if (uploader_) {
        uploader_->begin_after(c10::cuda::getCurrentCUDAStream(format_.device.index()).stream());
    }
#endif
}

void WeightReader::wait_on_current() {
#ifdef HEADSCOPE_CUDA
    if (uploader_) {
        uploader_->finish_before(c10::cuda::getCurrentCUDAStream(format_.device.index()).stream());
    }
#endif
}

}  // namespace headscope
