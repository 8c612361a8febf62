#pragma once

#include <cstdint>

namespace headscope {

/// Makes the rows of a tensor that its files hold in another form than floats: in quantized blocks,
/// or in pieces that several tensors describe. Safe to call from many threads.
class RowDecoder {
  public:
    RowDecoder() = default;
    virtual ~RowDecoder() = default;
    RowDecoder(const RowDecoder&) = delete;
    RowDecoder& operator=(const RowDecoder&) = delete;

    /// Rows [first, first + count) as float32, one behind the other.
    virtual void decode(std::int64_t first, std::int64_t count, float* to) const = 0;
};

}  // namespace headscope
