"""Writes quantized.json: a small matrix in each quantized form of Hugging Face folders, and its values.

    pip install torch numpy
    python3 make_quantized.py > quantized.json

The forms are written from their definitions, not from Headscope's code: integers are drawn, their
values are computed in float32, and only then are they packed as the form's own library packs them
(compressed-tensors' pack_to_int32, AutoAWQ's pack with its order, AutoGPTQ's QuantLinear.pack,
bitsandbytes' quantize_4bit with high nibbles first).
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

OUT, IN = 16, 64
random = np.random.default_rng(61)

Json = dict[str, Any]  # an object
Form = tuple[str, Json, Json, np.ndarray]  # name, quantization_config, tensors, values [OUT, IN] float32


def tensor(array: np.ndarray) -> Json:
    names = {
        "float32": "F32", "float16": "F16", "int8": "I8", "uint8": "U8", "int32": "I32",
        "int64": "I64",
    }  # fmt: skip
    return {"dtype": names[str(array.dtype)], "shape": list(array.shape), "hex": array.tobytes().hex()}


def float8(array: np.ndarray) -> tuple[Json, np.ndarray]:
    bits = torch.from_numpy(array).to(torch.float8_e4m3fn)
    stored = {"dtype": "F8_E4M3", "shape": list(array.shape)}
    stored["hex"] = bits.view(torch.uint8).numpy().tobytes().hex()
    return stored, bits.to(torch.float32).numpy()


def spread(scale: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return np.repeat(np.repeat(scale, rows, axis=0), columns, axis=1)[:OUT, :IN]


def scales(*shape: int) -> np.ndarray:
    return (random.random(shape) * 0.1 + 0.01).astype(np.float32)


def pack(values: np.ndarray, bits: int) -> np.ndarray:
    """Along the last dimension, the first value in the lowest bits."""
    each = 32 // bits
    words = np.zeros((*values.shape[:-1], -(-values.shape[-1] // each)), dtype=np.uint32)
    for i in range(values.shape[-1]):
        words[..., i // each] |= values[..., i].astype(np.uint32) << np.uint32(bits * (i % each))
    return words.view(np.int32)


def fp8_forms() -> Iterator[Form]:
    for name, shape, cover, key in (
        ("tensor", (1, 1), (OUT, IN), "weight_scale"),
        ("channel", (OUT, 1), (1, IN), "weight_scale"),
        ("block", (2, 2), (8, 32), "weight_scale_inv"),
    ):
        stored, values = float8((random.standard_normal((OUT, IN)) * 50).astype(np.float32))
        scale = scales(*shape)
        kept = scale.reshape(1) if name == "tensor" else scale
        yield (
            f"fp8 {name}",
            {"quant_method": "fp8", "activation_scheme": "dynamic"},
            {"weight": stored, key: tensor(kept)},
            values * spread(scale, *cover),
        )
    stored, values = float8((random.standard_normal((OUT, IN)) * 50).astype(np.float32))
    scale = scales(OUT, 1)
    group = {"weights": {"num_bits": 8, "type": "float", "strategy": "channel", "symmetric": True}}
    yield (
        "compressed-tensors float-quantized",
        compressed("float-quantized", group),
        {"weight": stored, "weight_scale": tensor(scale.astype(np.float16))},
        values * spread(scale.astype(np.float16).astype(np.float32), 1, IN),
    )


def compressed(form: str, group: Json) -> Json:
    return {
        "quant_method": "compressed-tensors", "format": form, "ignore": ["lm_head"],
        "config_groups": {"group_0": {**group, "targets": ["Linear"]}},
    }  # fmt: skip


def compressed_forms() -> Iterator[Form]:
    group = {"weights": {"num_bits": 8, "type": "int", "strategy": "channel", "symmetric": True}}
    q = random.integers(-128, 128, (OUT, IN)).astype(np.int8)
    scale = scales(OUT, 1)
    yield (
        "compressed-tensors int-quantized",
        compressed("int-quantized", group),
        {"weight": tensor(q), "weight_scale": tensor(scale)},
        q.astype(np.float32) * spread(scale, 1, IN),
    )
    for bits, symmetric, reordered in ((4, True, False), (4, False, False), (8, True, True)):
        low, high = -(2 ** (bits - 1)), 2 ** (bits - 1)
        q = random.integers(low, high, (OUT, IN))
        scale = scales(OUT, 2)
        columns = random.permutation(np.repeat([0, 1], IN // 2)) if reordered else np.arange(IN) // 32
        zero = np.zeros((OUT, 2), int) if symmetric else random.integers(low, high, (OUT, 2))
        pieces = {
            "weight_packed": tensor(pack(q - low, bits)),
            "weight_scale": tensor(scale),
            "weight_shape": tensor(np.array([OUT, IN], dtype=np.int64)),
        }
        if not symmetric:
            pieces["weight_zero_point"] = tensor(np.ascontiguousarray(pack((zero - low).T, bits).T))
        if reordered:
            pieces["weight_g_idx"] = tensor(columns.astype(np.int32))
        weights = {"num_bits": bits, "type": "int", "strategy": "group", "group_size": 32}
        weights["symmetric"] = symmetric
        yield (
            f"compressed-tensors pack-quantized {bits} bits{'' if symmetric else ' with zeros'}",
            compressed("pack-quantized", {"weights": weights}),
            pieces,
            (q - zero[:, columns]).astype(np.float32) * scale[:, columns],
        )


def awq_form() -> Iterator[Form]:
    q = random.integers(0, 16, (IN, OUT))
    zero = random.integers(0, 16, (2, OUT))
    scale = scales(2, OUT).astype(np.float16)
    order = [0, 2, 4, 6, 1, 3, 5, 7]

    def pack_awq(values: np.ndarray) -> np.ndarray:
        words = np.zeros((values.shape[0], values.shape[1] // 8), dtype=np.uint32)
        for word in range(words.shape[1]):
            for i, column in enumerate(order):
                words[:, word] |= values[:, word * 8 + column].astype(np.uint32) << np.uint32(4 * i)
        return words.view(np.int32)

    group = np.arange(IN) // 32
    values = (q - zero[group]).astype(np.float32) * scale[group].astype(np.float32)
    config = {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": True, "version": "gemm"}
    pieces = {"qweight": tensor(pack_awq(q)), "qzeros": tensor(pack_awq(zero)), "scales": tensor(scale)}
    yield "awq", config, pieces, values.T


def gptq_forms() -> Iterator[Form]:
    for bits, form, reordered in ((4, "gptq", True), (4, "gptq_v2", False), (8, "gptq", False)):
        q = random.integers(0, 2**bits, (IN, OUT))
        zero = random.integers(1, 2**bits, (2, OUT))
        scale = scales(2, OUT).astype(np.float16)
        group = random.permutation(np.repeat([0, 1], IN // 2)) if reordered else np.arange(IN) // 32
        pieces = {
            "qweight": tensor(np.ascontiguousarray(pack(q.T, bits).T)),
            "qzeros": tensor(pack(zero - (1 if form == "gptq" else 0), bits)),
            "scales": tensor(scale),
        }
        if reordered:
            pieces["g_idx"] = tensor(group.astype(np.int32))
        config = {"quant_method": "gptq", "bits": bits, "group_size": 32, "desc_act": reordered}
        config.update({"sym": False, "checkpoint_format": form})
        values = (q - zero[group]).astype(np.float32) * scale[group].astype(np.float32)
        yield f"gptq {bits} bits, {form}{', g_idx' if reordered else ''}", config, pieces, values.T


def bitsandbytes_forms() -> Iterator[Form]:
    q = random.integers(-127, 128, (OUT, IN)).astype(np.int8)
    scb = (random.random(OUT) + 0.5).astype(np.float32)
    yield (
        "bitsandbytes int8",
        {"quant_method": "bitsandbytes", "load_in_8bit": True, "llm_int8_threshold": 6.0},
        {"weight": tensor(q), "SCB": tensor(scb), "weight_format": tensor(np.zeros(1, dtype=np.uint8))},
        q.astype(np.float32) * (scb / np.float32(127))[:, None],
    )
    for nested in (False, True):
        table = np.sort(random.random(16).astype(np.float32) * 2 - 1)
        places = random.integers(0, 16, OUT * IN)
        state = {"quant_type": "nf4", "blocksize": 64, "dtype": "bfloat16", "shape": [OUT, IN]}
        pieces = {
            "weight": tensor((places[0::2] << 4 | places[1::2]).astype(np.uint8)[:, None]),
            "weight.quant_map": tensor(table),
        }
        if nested:
            outer_table = np.sort(random.random(256).astype(np.float32))
            outer = (random.random(2) + 0.1).astype(np.float32)
            codes = random.integers(0, 256, OUT * IN // 64).astype(np.uint8)
            offset = np.float32(0.25)
            absmax = outer_table[codes] * np.repeat(outer, 8) + offset
            state.update({"nested_blocksize": 8, "nested_dtype": "float32", "nested_offset": 0.25})
            pieces["weight.absmax"] = tensor(codes)
            pieces["weight.nested_absmax"] = tensor(outer)
            pieces["weight.nested_quant_map"] = tensor(outer_table)
        else:
            absmax = (random.random(OUT * IN // 64) + 0.1).astype(np.float32)
            pieces["weight.absmax"] = tensor(absmax)
        text = np.frombuffer(json.dumps(state).encode(), dtype=np.uint8)
        pieces["weight.quant_state.bitsandbytes__nf4"] = tensor(text)
        config = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}
        config["bnb_4bit_use_double_quant"] = nested
        values = (table[places] * np.repeat(absmax, 64)).reshape(OUT, IN)
        yield f"bitsandbytes nf4{', nested' if nested else ''}", config, pieces, values


def main() -> None:
    cases = []
    for forms in (fp8_forms(), compressed_forms(), awq_form(), gptq_forms(), bitsandbytes_forms()):
        for name, config, pieces, values in forms:
            assert values.shape == (OUT, IN) and values.dtype == np.float32, name
            hexes = np.ascontiguousarray(values).tobytes().hex()
            cases.append({"name": name, "config": config, "tensors": pieces, "values": hexes})
    print(json.dumps({"shape": [OUT, IN], "cases": cases}, indent=0))


if __name__ == "__main__":
    main()
