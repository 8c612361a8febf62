#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace headscope {

/// Uninitialised memory of floats on the boundary of a cache line.
class AlignedFloats {
  public:
    AlignedFloats() = default;
    explicit AlignedFloats(std::size_t count)
        : floats_(static_cast<float*>(
              ::operator new (count * sizeof(float), std::align_val_t{kAlignment}))) {}

    [[nodiscard]] float* data() const { return floats_.get(); }

  private:
    static constexpr std::size_t kAlignment = 64;

    struct Free {
        void operator()(float* floats) const {
            ::operator delete (floats, std::align_val_t{kAlignment});
        }
    };

    std::unique_ptr<float[], Free> floats_;
};

}  // namespace headscope
