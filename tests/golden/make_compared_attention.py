#!/usr/bin/env python3
"""Writes compared_attention.json: how alike the heads of tiny models are whose attention Headscope compares, but
does not run. Each head's weights are what transformers' own module makes of the unit vectors, so that nothing
here knows how the files arrange them.

The weights are not stored: both sides make them from the tensors' names. Needs PyPI's torch, transformers (5.x)
and numpy:

    python tests/golden/make_compared_attention.py
"""

import json
import pathlib
from typing import Any

import numpy as np
import torch
import transformers
from make_architectures import open_config, weight
from transformers import AutoModelForCausalLM, PreTrainedModel

Json = dict[str, Any]
Blocks = dict[str, np.ndarray]  # by projection: [heads or KV heads, numbers]

BASE = {
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_attention_heads": 6,
    "vocab_size": 120,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
}
GEMMA = {
    **BASE,
    "model_type": "gemma4_text",
    "num_hidden_layers": 6,
    "layer_types": ["sliding_attention", "full_attention"] * 3,
    "head_dim": 8,
    "global_head_dim": 16,
    "num_key_value_heads": 2,
    "sliding_window": 9,
    "vocab_size_per_layer_input": 120,
    "hidden_size_per_layer_input": 8,
}
CASES: dict[str, Json] = {
    "Qwen3.5": {
        **BASE,
        "model_type": "qwen3_5_text",
        "num_hidden_layers": 4,
        "full_attention_interval": 2,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "linear_key_head_dim": 8,
        "linear_value_head_dim": 8,
    },
    "Qwen3.5-MoE": {
        **BASE,
        "model_type": "qwen3_5_moe_text",
        "num_hidden_layers": 3,
        "layer_types": ["linear_attention", "linear_attention", "full_attention"],
        "num_key_value_heads": 2,
        "head_dim": 16,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "linear_key_head_dim": 8,
        "linear_value_head_dim": 8,
        "num_experts": 3,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 24,
        "shared_expert_intermediate_size": 24,
    },
    "Qwen3-Next": {
        **BASE,
        "model_type": "qwen3_next",
        "num_hidden_layers": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "linear_key_head_dim": 8,
        "linear_value_head_dim": 8,
        "num_experts": 3,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 24,
        "shared_expert_intermediate_size": 24,
    },
    "Gemma 4": GEMMA,
    "Gemma 4, keys as values, shared": {
        **GEMMA,
        "attention_k_eq_v": True,
        "num_global_key_value_heads": 3,
        "num_kv_shared_layers": 2,
    },
}


def make_model(fields: Json) -> PreTrainedModel:
    model = AutoModelForCausalLM.from_config(
        open_config(fields), attn_implementation="eager", experts_implementation="eager"
    )
    model = model.double().eval()
    state = {
        name: torch.from_numpy(weight(name, tuple(tensor.shape)))
        for name, tensor in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model


def head_blocks(attention: torch.nn.Module, hidden: int) -> Blocks:
    """What the module makes of the unit vectors, before norms and rotation: a block for each head."""
    seen: dict[str, torch.Tensor] = {}
    hooks = []
    for name in ("q_norm", "k_norm", "v_norm"):
        norm = getattr(attention, name, None)
        if norm is not None:
            hooks.append(
                norm.register_forward_pre_hook(
                    lambda _, inputs, name=name: seen.update({name[0]: inputs[0].detach()})
                )
            )
    if "v_norm" not in dict(attention.named_modules()):
        hooks.append(
            attention.v_proj.register_forward_hook(
                lambda _, __, output: seen.update(v=output.detach().unflatten(-1, (-1, attention.head_dim)))
            )
        )
    units = torch.eye(hidden, dtype=torch.float64)[None]
    no_turn = torch.ones(1, hidden, attention.head_dim, dtype=torch.float64)
    more = {"shared_kv_states": {}} if "v_norm" in dict(attention.named_modules()) else {}
    attention(units, position_embeddings=(no_turn, torch.zeros_like(no_turn)), attention_mask=None, **more)
    for hook in hooks:
        hook.remove()
    size = attention.head_dim
    heads = attention.o_proj.weight.shape[1] // size
    blocks = {}
    for name, tensor in seen.items():
        by_head = tensor.reshape(hidden, -1, size).permute(1, 2, 0)  # [heads, head_dim, hidden]
        blocks[name] = by_head.reshape(by_head.shape[0], -1).numpy()
    columns = attention.o_proj.weight.detach().numpy().reshape(hidden, heads, size)
    blocks["o"] = columns.transpose(1, 0, 2).reshape(heads, -1)
    return blocks


def cosines(blocks: np.ndarray, heads: int) -> list[list[float]]:
    blocks = np.repeat(blocks, heads // blocks.shape[0], axis=0)
    blocks = blocks / np.linalg.norm(blocks, axis=1, keepdims=True)
    return [[float(f"{value:.10g}") for value in row] for row in blocks @ blocks.T]


def source_of_keys(layers: torch.nn.ModuleList, layer: int) -> int:
    """The layer whose keys and values a layer uses."""
    if not getattr(layers[layer].self_attn, "is_kv_shared_layer", False):
        return layer
    kind = layers[layer].self_attn.layer_type
    return next(
        other
        for other in reversed(range(layer))
        if layers[other].self_attn.layer_type == kind and layers[other].self_attn.store_full_length_kv
    )


def run_case(name: str, fields: Json) -> Json:
    model = make_model(fields)
    types = model.config.layer_types
    layers = model.model.layers
    compared = []
    for layer, kind in enumerate(types):
        if kind != "full_attention":
            continue
        source = source_of_keys(layers, layer)
        own = layers[layer].self_attn
        blocks = head_blocks(layers[source].self_attn, fields["hidden_size"])
        if source != layer:
            size = own.head_dim
            queries = own.q_proj.weight.detach().numpy()
            blocks["q"] = queries.reshape(fields["num_attention_heads"], -1)
            columns = own.o_proj.weight.detach().numpy().reshape(fields["hidden_size"], -1, size)
            blocks["o"] = columns.transpose(1, 0, 2).reshape(columns.shape[1], -1)
        heads = fields["num_attention_heads"]
        compared.append(
            {"layer": layer, "kv_heads": blocks["k"].shape[0]}
            | {projection: cosines(blocks[projection], heads) for projection in "qkvo"}
        )
    print(name, [entry["layer"] for entry in compared])
    return {
        "name": name,
        "config": {**fields, "dtype": "float32"},
        "saved_config": json.loads(model.config.to_json_string()),
        "tensors": {name: list(tensor.shape) for name, tensor in model.state_dict().items()},
        "layers": compared,
    }


def main() -> None:
    torch.set_num_threads(1)
    cases = [json.dumps(run_case(name, fields)) for name, fields in CASES.items()]
    made_with = json.dumps(f"transformers {transformers.__version__}, torch {torch.__version__}")
    pathlib.Path(__file__).with_name("compared_attention.json").write_text(
        f'{{"made_with": {made_with},\n"cases": [\n' + ",\n".join(cases) + "\n]}\n"
    )


if __name__ == "__main__":
    main()
