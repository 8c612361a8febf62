"""Writes packed_experts.json: the experts of a small gpt-oss layer as its files stack them, and their values.

    pip install torch transformers numpy
    python3 make_packed_experts.py > packed_experts.json

MXFP4 is unpacked by transformers itself, the stacks of floats by the indexing of its GptOssExperts.
"""

import json
from typing import Any

import numpy as np
import torch
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

EXPERTS, HIDDEN, FFN = 2, 32, 64
random = np.random.default_rng(20)

Json = dict[str, Any]  # an object


def stored(dtype: str, array: np.ndarray) -> Json:
    return {"dtype": dtype, "shape": list(array.shape), "hex": array.tobytes().hex()}


def mxfp4(features: int, inputs: int) -> tuple[Json, Json, torch.Tensor]:
    """Blocks, scales and values [experts, inputs, features]."""
    blocks = random.integers(0, 256, (EXPERTS, features, inputs // 32, 16), dtype=np.uint8)
    scales = random.integers(110, 135, (EXPERTS, features, inputs // 32), dtype=np.uint8)
    values = convert_moe_packed_tensors(
        torch.from_numpy(blocks), torch.from_numpy(scales), dtype=torch.float32
    )
    return stored("U8", blocks), stored("U8", scales), values


def bfloat16(*shape: int) -> tuple[Json, torch.Tensor]:
    values = torch.from_numpy(random.standard_normal(shape).astype(np.float32)).to(torch.bfloat16)
    return stored("BF16", values.view(torch.int16).numpy()), values.float()


def experts_of(gate_up: torch.Tensor, down: torch.Tensor, biases: tuple[torch.Tensor, torch.Tensor]) -> Json:
    """What each expert multiplies by, row-major [out, in]."""
    values = {}
    for expert in range(EXPERTS):
        parts = {
            "gate_proj.weight": gate_up[expert, :, ::2].T,
            "up_proj.weight": gate_up[expert, :, 1::2].T,
            "down_proj.weight": down[expert].T,
            "gate_proj.bias": biases[0][expert, ::2],
            "up_proj.bias": biases[0][expert, 1::2],
            "down_proj.bias": biases[1][expert],
        }
        for name, value in parts.items():
            values[f"{expert}.{name}"] = value.contiguous().numpy().tobytes().hex()
    return values


def main() -> None:
    gate_up_bias, gate_up_bias_values = bfloat16(EXPERTS, 2 * FFN)
    down_bias, down_bias_values = bfloat16(EXPERTS, HIDDEN)
    biases = {"gate_up_proj_bias": gate_up_bias, "down_proj_bias": down_bias}
    bias_values = (gate_up_bias_values, down_bias_values)

    gate_up_blocks, gate_up_scales, gate_up = mxfp4(2 * FFN, HIDDEN)
    down_blocks, down_scales, down = mxfp4(HIDDEN, FFN)
    packed = {
        "gate_up_proj_blocks": gate_up_blocks,
        "gate_up_proj_scales": gate_up_scales,
        "down_proj_blocks": down_blocks,
        "down_proj_scales": down_scales,
        **biases,
    }
    cases = [{"name": "MXFP4", "tensors": packed, "values": experts_of(gate_up, down, bias_values)}]

    gate_up_stack, gate_up = bfloat16(EXPERTS, HIDDEN, 2 * FFN)
    down_stack, down = bfloat16(EXPERTS, FFN, HIDDEN)
    floats = {"gate_up_proj": gate_up_stack, "down_proj": down_stack, **biases}
    cases.append({"name": "bfloat16", "tensors": floats, "values": experts_of(gate_up, down, bias_values)})
    print(json.dumps({"hidden": HIDDEN, "ffn": FFN, "experts": EXPERTS, "cases": cases}, indent=0))


if __name__ == "__main__":
    main()
