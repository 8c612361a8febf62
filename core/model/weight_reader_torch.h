#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/checkpoint/checkpoint.h"

namespace headscope {

class CudaUploader;

/// How weights are held for a computation.
struct WeightFormat {
    at::ScalarType compute;  ///< dtype of the activations: weights are rounded to it
    at::ScalarType storage;  ///< dtype they are held in, wider where products of `compute` are slow
    c10::Device device;
};

/// libtorch's name of a dtype.
at::ScalarType scalar_type_of(DType dtype);

/// A tensor where it lies in the mapped file; valid as long as `view` is, and never written to.
at::Tensor mapped(const TensorView& view);

/// Some rows [rows, columns] of a tensor in its own dtype: where they lie in the mapped file, or
/// put together and dequantized. Valid as long as `from` is, and never written to.
at::Tensor read_rows(const TensorRows& from, std::int64_t first, std::int64_t count);

/// Brings tensors from the mapped files to where they compute: in pieces, on several threads, each
/// of which reads a file from front to back; to a GPU through pinned buffers, so that reading,
/// converting and copying go on at the same time.
class WeightReader {
  public:
    /// `checkpoint` must outlive this.
    WeightReader(const Checkpoint& checkpoint, const WeightFormat& format, int threads);
    [[nodiscard]] const WeightFormat& format() const { return format_; }

    /// Notes that a part of a layer, rounded to the compute dtype, is wanted in `to`: contiguous,
    /// of as many elements, on the format's device. `added`: to each element, after it was rounded.
    void add(Part part, int layer, const at::Tensor& to, double added = 0.0, int expert = 0);

    /// Reads what was added. On CUDA the copies are then under way, in an order of their own: they
    /// come after what begin_after_current() was told of, and wait_on_current() waits for them.
    /// Throws Error(cancelled), and what Checkpoint::tensor throws.
    void read(const std::stop_token& stop);

    /// Later reads overwrite memory only when what is queued on the current stream has used it.
    void begin_after_current();

    /// What is queued on the current stream from now on finds everything that was read.
    void wait_on_current();

  private:
    struct Wanted {
        TensorRows from;
        std::int64_t first_row = 0;
        at::Tensor to;  ///< flat
        double added = 0.0;
    };
    struct Piece {
        std::size_t wanted = 0;
        std::int64_t first = 0;
        std::int64_t count = 0;
    };

    [[nodiscard]] std::vector<Piece> cut() const;
    void read_piece(const Wanted& wanted, const Piece& piece, int worker);

    const Checkpoint& checkpoint_;
    WeightFormat format_;
    int threads_;
    std::vector<Wanted> wanted_;
    std::shared_ptr<CudaUploader> uploader_;  ///< none on the CPU
};

}  // namespace headscope
