"""Writes gguf_blocks.json: random blocks of ggml's types and what the package `gguf` makes of them.

    pip install gguf==0.19 numpy
    python3 make_gguf_blocks.py > gguf_blocks.json

Each entry has the number of the type, its blocks as hexadecimal digits, and the bits of every
float32 of gguf.quants.dequantize, as hexadecimal digits of the little-endian bytes.
"""

import json

import gguf
import numpy as np

BLOCKS = 3
SKIPPED = ("F32", "F16", "BF16", "F64", "I8", "I16", "I32", "I64", "Q8_1", "Q8_K", "Q1_0")
# Where the float16 scales of a block lie; random bits there could be NaN.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "IQ4_XS": [0], "TQ1_0": [52], "TQ2_0": [64],
    "IQ2_XXS": [0], "IQ2_XS": [0], "IQ2_S": [0], "IQ3_XXS": [0], "IQ3_S": [0], "IQ1_S": [0],
}  # fmt: skip


def main() -> None:
    random = np.random.default_rng(16)
    entries = []
    for kind in gguf.GGMLQuantizationType:
        if kind.name in SKIPPED:
            continue
        _, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = random.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
        for at in SCALES.get(kind.name, []):
            scale = (random.standard_normal(BLOCKS) * 0.1).astype(np.float16)
            scale[-1] = np.float16(6e-8)  # the smallest subnormal
            blocks[:, at : at + 2] = scale.view(np.uint8).reshape(BLOCKS, 2)
        if kind.name == "IQ1_M":  # its scale lies in the highest digits of four words
            blocks[:, 48 + 7] = blocks[:, 48 + 7] & 0x0F | 0x20
        if kind.name == "MXFP4":
            blocks[:, 0] = (0, 1, 120)
        values = gguf.quants.dequantize(blocks, kind)
        assert np.isfinite(values).all(), kind.name
        entries.append(
            {
                "name": kind.name,
                "type": int(kind),
                "blocks": blocks.tobytes().hex(),
                "values": values.astype("<f4").tobytes().hex(),
            }
        )
    print(json.dumps({"gguf": "0.19.0", "types": entries}, indent=0))


if __name__ == "__main__":
    main()
