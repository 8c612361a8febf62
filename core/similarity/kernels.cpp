#include "core/similarity/kernels.h"

#include <type_traits>
#include <vector>

#include "core/base/instruction_sets.h"

namespace headscope {

namespace baseline {
extern const GramKernel gram_kernel;
extern const CircuitKernel circuit_kernel;
}  // namespace baseline
#ifdef HEADSCOPE_X86
namespace avx2 {
extern const GramKernel gram_kernel;
extern const CircuitKernel circuit_kernel;
}  // namespace avx2
namespace avx512 {
extern const GramKernel gram_kernel;
extern const CircuitKernel circuit_kernel;
}  // namespace avx512
#define HEADSCOPE_VERSIONS(kernel) \
    usable_versions(&avx512::kernel, &avx2::kernel, &baseline::kernel)
#else
#define HEADSCOPE_VERSIONS(kernel)                                                     \
    usable_versions<std::remove_const_t<decltype(baseline::kernel)>>(nullptr, nullptr, \
                                                                     &baseline::kernel)
#endif

std::span<const GramKernel* const> usable_gram_kernels() {
    static const std::vector<const GramKernel*> kernels = HEADSCOPE_VERSIONS(gram_kernel);
    return kernels;
}

std::span<const CircuitKernel* const> usable_circuit_kernels() {
    static const std::vector<const CircuitKernel*> kernels = HEADSCOPE_VERSIONS(circuit_kernel);
    return kernels;
}

}  // namespace headscope
