#pragma once

#include <cstdint>

namespace headscope {

/// Turns quantized blocks, one behind the other, into float32. Any alignment of `blocks` will do.
using DecodeBlocks = void (*)(const unsigned char* blocks, std::int64_t count, float* to);

/// Decoders of ggml's block types, each as gguf.quants.dequantize computes them, to the last bit.
/// (https://github.com/ggml-org/llama.cpp, ggml-common.h has the layouts.) Made once for each
/// instruction set.
struct BlockKernels {
    DecodeBlocks q4_0, q4_1, q5_0, q5_1, q8_0;
    DecodeBlocks q2_k, q3_k, q4_k, q5_k, q6_k;
    DecodeBlocks iq4_nl, iq4_xs, mxfp4, nvfp4, tq1_0, tq2_0;
};

/// The fastest that this processor can run.
const BlockKernels& block_kernels();

}  // namespace headscope
