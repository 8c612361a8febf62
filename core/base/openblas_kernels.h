#pragma once

#include <string>

namespace headscope {

/// The core whose kernels OpenBLAS should take on this processor, as its variable OPENBLAS_CORETYPE
/// names it; empty where its own choice is to stay. Heeds HEADSCOPE_CPU_ISA.
std::string openblas_core();

/// Sets OPENBLAS_CORETYPE to openblas_core(), unless it is set. OpenBLAS knows processors by their
/// model: where one is newer than the library, that takes kernels without AVX, four times as slow
/// (0.3.21, Debian 12's, on an Intel processor of 2023). To be called before OpenBLAS is loaded,
/// with libtorch, and before there are threads.
void choose_openblas_kernels();

}  // namespace headscope
