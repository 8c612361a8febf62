"""Writes encoded_blocks.json: what llama.cpp makes of weights when it quantizes a model.

    pip install cyllama==0.2.18 gguf==0.19 numpy
    python3 make_encoded_blocks.py > encoded_blocks.json

"blocks": for each type the blocks of eight rows of 256 values ("values", float32, hexadecimal digits
of the little-endian bytes), without an importance matrix. "mixtures": the types of the tensors
under each mixture, layer by layer, for models of 16 layers whose rows have 256 elements, and 64,
which K types do not fit; with an output projection, and with tied embeddings.
"""

import json
import pathlib
import sys
import tempfile

import gguf
import numpy as np
from cyllama.llama import llama_cpp

MIXTURES = {"Q8_0": 7, "Q6_K": 18, "Q5_K_M": 17, "Q4_K_M": 15, "Q3_K_M": 12}
PURE = {"Q4_0": 2, "Q5_0": 8, "Q5_1": 9, "Q8_0": 7, "Q3_K": 11, "Q4_K": 14, "Q5_K": 16, "Q6_K": 18}
LAYERS = 16
NAMES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def rows() -> np.ndarray:
    random = np.random.default_rng(18)
    values = random.standard_normal((8, 256)).astype(np.float32) * np.float32(0.02)
    values[1] = random.standard_t(2, 256) * 0.02  # outliers
    values[2] = np.abs(values[2])  # no minimum below zero
    values[3, :128] = 0
    values[4] = 0.25  # all the same
    values[5] *= np.float32(1e-6)  # scales that float16 cannot hold well
    values[6, ::16] = -3
    values[7] = np.round(values[7], 2)  # ties
    return values


def write_model(path: pathlib.Path, columns: int, tied: bool, values: np.ndarray | None) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(32)
    writer.add_embedding_length(columns)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(columns)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    plain = np.zeros((2, columns), np.float32)
    writer.add_tensor("token_embd.weight", plain if values is None else values)
    if not tied:
        writer.add_tensor("output.weight", plain)
    writer.add_tensor("output_norm.weight", plain[0])
    for layer in range(LAYERS):
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", plain[0])
        for name in NAMES:
            writer.add_tensor(f"blk.{layer}.{name}.weight", plain)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantized(path: pathlib.Path, ftype: int, pure: bool) -> dict[str, gguf.ReaderTensor]:
    params = llama_cpp.LlamaModelQuantizeParams()
    params.ftype = ftype
    params.pure = pure
    params.nthread = 1
    out = path.with_suffix(".out.gguf")
    llama_cpp.model_quantize(str(path), str(out), params)
    return {tensor.name: tensor for tensor in gguf.GGUFReader(out).tensors}


def types_of(tensors: dict[str, gguf.ReaderTensor]) -> dict[str, str]:
    """The types of a tensor in all layers, with blanks between."""
    names = {name: [name] for name in ("token_embd.weight", "output.weight") if name in tensors}
    for name in NAMES:
        names[name] = [f"blk.{layer}.{name}.weight" for layer in range(LAYERS)]
    return {
        name: " ".join(tensors[each].tensor_type.name for each in all_of_it)
        for name, all_of_it in names.items()
    }


def main() -> None:
    values = rows()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "m.gguf"
        write_model(path, 256, False, values)
        blocks = {}
        for name, ftype in PURE.items():
            tensor = quantized(path, ftype, True)["token_embd.weight"]
            assert tensor.tensor_type.name == name, (tensor.tensor_type, name)
            blocks[name] = np.asarray(tensor.data).tobytes().hex()
        mixtures = []
        for columns in (256, 64):
            for tied in (False, True):
                write_model(path, columns, tied, None)
                types = {name: types_of(quantized(path, f, False)) for name, f in MIXTURES.items()}
                mixtures.append({"columns": columns, "tied": tied, "types": types})
    result = {
        "cyllama": "0.2.18",
        "values": values.astype("<f4").tobytes().hex(),
        "blocks": blocks,
        "mixtures": mixtures,
    }
    json.dump(result, sys.stdout, indent=0)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
