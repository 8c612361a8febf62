#!/usr/bin/env python3
"""Writes architectures.json: what Hugging Face's transformers computes for tiny random checkpoints of
every supported model type, in float64 where it lets one choose, with eager attention.

The weights are not stored: both sides make them from integers (see `values`), so that
tests/model/tiny_architectures.h must follow every change here. Merging is done here with numpy in
float64, apart from Headscope's own code. Needs PyPI's torch, transformers (5.x) and numpy:

    python tests/golden/make_architectures.py
"""

import copy
import json
import pathlib
import tempfile
from typing import Any

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    PreTrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

Json = dict[str, Any]  # an object

BASE = {
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 6,
    "vocab_size": 120,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-5,
    "torch_dtype": "float32",
}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 24,
}
GQA = {"num_key_value_heads": 2}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}
LONGROPE = {
    "rope_type": "longrope",
    "short_factor": [1.0, 1.1, 1.3, 1.7],
    "long_factor": [1.0, 2.0, 5.0, 9.0],
}
TINY_VISION = {
    "qwen2_vl": {"depth": 1, "embed_dim": 16, "hidden_size": 48, "num_heads": 2},
    "qwen2_5_vl": {"depth": 1, "hidden_size": 16, "num_heads": 2, "out_hidden_size": 48},
    "qwen3_vl": {
        "depth": 1,
        "hidden_size": 16,
        "num_heads": 2,
        "out_hidden_size": 48,
        "deepstack_visual_indexes": [],
    },
}
GROUPS = [
    {"layer": 0, "heads": [[0, 3], [1, 4, 5]], "kv_heads": [[0, 1]]},
    {"layer": 1, "heads": [[2, 5]], "kv_heads": [[0, 1]]},
]
MHA_GROUPS = [{"layer": 0, "heads": [[0, 3], [1, 4, 5]], "kv_heads": [[0, 3], [1, 4, 5]]}]
MQA_GROUPS = [{"layer": 1, "heads": [[0, 2], [3, 5]], "kv_heads": []}]


def case(model_type: str, changes: Json, window: int = 40, merges: list[Json] | None = None) -> Json:
    config = {"model_type": model_type, **BASE, **changes}
    if merges is None:
        merges = MHA_GROUPS if config["num_key_value_heads"] == config["num_attention_heads"] else GROUPS
    return {"config": config, "window": window, "merges": merges}


CASES = {
    "llama, MHA": case("llama", {}),
    "llama, GQA": case("llama", GQA),
    "llama, MQA": case("llama", {"num_key_value_heads": 1}, merges=MQA_GROUPS),
    "llama, biases": case("llama", {**GQA, "attention_bias": True, "mlp_bias": True}),
    "llama, larger heads": case("llama", {**GQA, "head_dim": 16}),
    "llama, smaller heads": case("llama", {**GQA, "head_dim": 4}),
    "Llama 3.2": case(
        "llama", {**GQA, "tie_word_embeddings": True, "rope_theta": 500000.0, "rope_scaling": LLAMA3}
    ),
    "SmolLM": case(
        "llama",
        {"hidden_size": 36, "num_attention_heads": 9, "num_key_value_heads": 3, "tie_word_embeddings": True},
    ),
    "TinyLlama": case(
        "llama",
        {"hidden_size": 64, "num_attention_heads": 8, "num_key_value_heads": 1, "num_hidden_layers": 3},
        merges=MQA_GROUPS,
    ),
    "Mistral, sliding": case("mistral", {**GQA, "sliding_window": 7}, window=96),
    "Mistral, window as long as the text": case("mistral", {**GQA, "sliding_window": 40}),
    "Mistral, no window": case("mistral", {**GQA, "sliding_window": None, "rope_theta": 1e6}),
    "Mistral, default window": case("mistral", GQA),
    "Mistral Nemo": case("mistral", {**GQA, "sliding_window": None, "head_dim": 10, "rope_theta": 1e6}),
    "Qwen2": case(
        "qwen2",
        {**GQA, "rope_theta": 1e6, "sliding_window": 16, "use_sliding_window": False, "max_window_layers": 1},
    ),
    "Qwen2, tied": case("qwen2", {**GQA, "tie_word_embeddings": True}),
    "Qwen2, sliding": case(
        "qwen2",
        {
            **GQA,
            "num_hidden_layers": 3,
            "use_sliding_window": True,
            "sliding_window": 33,
            "max_window_layers": 1,
        },
        window=96,
    ),
    "Qwen2, layer types": case(
        "qwen2",
        {
            **GQA,
            "use_sliding_window": True,
            "sliding_window": 5,
            "layer_types": ["sliding_attention", "full_attention"],
        },
        window=96,
    ),
    "Qwen2, yarn": case(
        "qwen2",
        {
            **GQA,
            "max_position_embeddings": 32,
            "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32},
        },
        window=96,
    ),
    "Qwen3": case("qwen3", {**GQA, "head_dim": 16, "rope_theta": 1e6, "rms_norm_eps": 0.01}),
    "Qwen3, tied, default heads": case("qwen3", {**GQA, "tie_word_embeddings": True}),
    "Qwen3, bias, sliding": case(
        "qwen3",
        {
            **GQA,
            "head_dim": 12,
            "attention_bias": True,
            "use_sliding_window": True,
            "sliding_window": 9,
            "max_window_layers": 1,
        },
        window=96,
    ),
    "linear": case("llama", {**GQA, "rope_scaling": {"type": "linear", "factor": 2.5}}),
    "dynamic, within": case("llama", {**GQA, "rope_scaling": {"type": "dynamic", "factor": 2.0}}),
    "dynamic, beyond": case(
        "llama", {**GQA, "max_position_embeddings": 16, "rope_scaling": {"type": "dynamic", "factor": 3.0}}
    ),
    "llama3, newer style": case("llama", {**GQA, "rope_parameters": {"rope_theta": 20000.0, **LLAMA3}}),
    "yarn": case("llama", {**GQA, "rope_parameters": {"rope_theta": 10000.0, **YARN}}, window=96),
    "yarn, attention factor": case(
        "llama", {**GQA, "head_dim": 16, "rope_scaling": {**YARN, "attention_factor": 0.7}}
    ),
    "yarn, mscale": case(
        "llama",
        {
            **GQA,
            "head_dim": 16,
            "rope_scaling": {**YARN, "mscale": 1.3, "mscale_all_dim": 0.4, "beta_fast": 8, "beta_slow": 0.5},
        },
    ),
    "yarn, no truncation": case(
        "llama", {**GQA, "head_dim": 16, "rope_scaling": {**YARN, "truncate": False, "beta_fast": 4}}
    ),
    "SmolLM3": case(
        "smollm3", {**GQA, "num_hidden_layers": 4, "tie_word_embeddings": True, "pad_token_id": 0}
    ),
    "SmolLM3, listed": case(
        "smollm3",
        {
            **GQA,
            "num_hidden_layers": 3,
            "no_rope_layers": [0, 1, 1],
            "tie_word_embeddings": False,
            "pad_token_id": 0,
        },
    ),
    "Granite": case(
        "granite",
        {
            **GQA,
            "embedding_multiplier": 3.0,
            "attention_multiplier": 0.25,
            "residual_multiplier": 0.3,
            "logits_scaling": 2.5,
        },
    ),
    "Phi-3": case("phi3", {**GQA, "sliding_window": 17, "pad_token_id": 0}, window=96),
    "Phi-4-mini": case(
        "phi3",
        {
            **GQA,
            "head_dim": 16,
            "partial_rotary_factor": 0.75,
            "hidden_size": 96,
            "tie_word_embeddings": True,
            "pad_token_id": 0,
        },
    ),
    "Phi-3, LongRoPE within": case(
        "phi3", {**GQA, "pad_token_id": 0, "rope_scaling": LONGROPE, "original_max_position_embeddings": 64}
    ),
    "Phi-3, LongRoPE beyond": case(
        "phi3", {**GQA, "pad_token_id": 0, "rope_scaling": LONGROPE, "original_max_position_embeddings": 24}
    ),
    "Gemma 2": case(
        "gemma2",
        {
            **GQA,
            "head_dim": 8,
            "tie_word_embeddings": True,
            "query_pre_attn_scalar": 20,
            "sliding_window": 9,
            "attn_logit_softcapping": 5.0,
            "pad_token_id": 0,
        },
        window=96,
    ),
    "Gemma 3": case(
        "gemma3_text",
        {
            **GQA,
            "head_dim": 8,
            "num_hidden_layers": 3,
            "tie_word_embeddings": True,
            "query_pre_attn_scalar": 20,
            "sliding_window": 9,
            "sliding_window_pattern": 2,
            "rope_theta": 50000.0,
            "rope_scaling": {"rope_type": "linear", "factor": 8.0},
            "rope_local_base_freq": 500.0,
            "pad_token_id": 0,
        },
        window=96,
    ),
    "Gemma 3, newer style": case(
        "gemma3_text",
        {
            **GQA,
            "head_dim": 8,
            "query_pre_attn_scalar": 20,
            "sliding_window": 9,
            "pad_token_id": 0,
            "tie_word_embeddings": True,
            "layer_types": ["full_attention", "sliding_attention"],
            "rope_parameters": {
                "full_attention": {"rope_type": "default", "rope_theta": 3000.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 200.0},
            },
        },
        window=96,
    ),
    "OLMo 2": case("olmo2", GQA),
    "Mixtral": case("mixtral", {**GQA, "num_local_experts": 4, "num_experts_per_tok": 2}),
    "Qwen3-MoE": case(
        "qwen3_moe",
        {
            **GQA,
            "head_dim": 16,
            "num_experts": 5,
            "pad_token_id": 0,
            "num_experts_per_tok": 2,
            "moe_intermediate_size": 24,
            "norm_topk_prob": True,
        },
    ),
    "Ministral": case(
        "ministral",
        {
            **GQA,
            "head_dim": 8,
            "sliding_window": 9,
            "num_hidden_layers": 3,
            "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
        },
        window=96,
    ),
    "Ministral 3, beyond the original context": case(
        "ministral3",
        {
            **GQA,
            "head_dim": 16,
            "rope_parameters": {
                "rope_theta": 5000.0,
                **YARN,
                "original_max_position_embeddings": 20,
                "mscale": 1.0,
                "mscale_all_dim": 1.0,
                "llama_4_scaling_beta": 0.1,
            },
        },
        window=96,
    ),
    "gpt-oss": case(
        "gpt_oss",
        {
            **GQA,
            "head_dim": 16,
            "num_hidden_layers": 3,
            "sliding_window": 9,
            "num_local_experts": 4,
            "num_experts_per_tok": 2,
            "rope_theta": 5000.0,
            "rope_scaling": {**YARN, "truncate": False},
        },
        window=96,
    ),
    "Qwen2-VL, older style": case(
        "qwen2_vl",
        {
            **GQA,
            "vision_config": TINY_VISION["qwen2_vl"],
            "rope_theta": 5000.0,
            "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]},
        },
    ),
    "Qwen2.5-VL, text part": case(
        "qwen2_5_vl_text",
        {
            **GQA,
            "rope_parameters": {"rope_type": "default", "rope_theta": 5000.0, "mrope_section": [1, 1, 2]},
        },
    ),
    "Qwen3-VL, text part": case(
        "qwen3_vl_text",
        {
            **GQA,
            "head_dim": 16,
            "rope_theta": 5000.0,
            "rope_scaling": {
                "rope_type": "default",
                "mrope_section": [3, 3, 2],
                "mrope_interleaved": True,
            },
        },
    ),
    "Seed-OSS": case("seed_oss", {**GQA, "head_dim": 16, "attention_out_bias": True, "pad_token_id": 0}),
    "Qwen3-MoE, shares as they are": case(
        "qwen3_moe",
        {
            **GQA,
            "head_dim": 16,
            "num_experts": 5,
            "num_experts_per_tok": 3,
            "pad_token_id": 0,
            "moe_intermediate_size": 24,
            "norm_topk_prob": False,
        },
    ),
}

# Shapes that people use, for the frequencies alone.
ROPES = {
    "Llama 2, linear": ("llama", 128, 4096, {"rope_scaling": {"type": "linear", "factor": 4.0}}, 0),
    "Llama 3.1": (
        "llama",
        128,
        131072,
        {"rope_theta": 500000.0, "rope_scaling": {**LLAMA3, "original_max_position_embeddings": 8192}},
        0,
    ),
    "Llama 3.2 1B": (
        "llama",
        64,
        131072,
        {
            "rope_theta": 500000.0,
            "rope_scaling": {**LLAMA3, "factor": 32.0, "original_max_position_embeddings": 8192},
        },
        0,
    ),
    "dynamic, within": ("llama", 128, 4096, {"rope_scaling": {"type": "dynamic", "factor": 4.0}}, 2048),
    "dynamic, beyond": ("llama", 128, 4096, {"rope_scaling": {"type": "dynamic", "factor": 4.0}}, 10000),
    "Qwen2.5, yarn": (
        "qwen2",
        128,
        32768,
        {
            "rope_theta": 1e6,
            "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768},
        },
        0,
    ),
    "yarn, context of the model": (
        "llama",
        128,
        4096,
        {"rope_scaling": {"rope_type": "yarn", "factor": 16.0}},
        0,
    ),
    "yarn, original beside": (
        "llama",
        64,
        16384,
        {"original_max_position_embeddings": 2048, "rope_scaling": {"rope_type": "yarn", "factor": 8.0}},
        0,
    ),
    "yarn, factor of the contexts": (
        "llama",
        64,
        16384,
        {"rope_scaling": {"rope_type": "yarn", "factor": None, "original_max_position_embeddings": 4096}},
        0,
    ),
    "yarn, betas and no truncation": (
        "qwen3",
        128,
        40960,
        {
            "rope_theta": 1e6,
            "rope_scaling": {
                "rope_type": "yarn",
                "factor": 2.0,
                "beta_fast": 16,
                "beta_slow": 2,
                "truncate": False,
                "original_max_position_embeddings": 32768,
            },
        },
        0,
    ),
    "yarn, DeepSeek's mscale": (
        "llama",
        64,
        163840,
        {
            "rope_scaling": {
                "rope_type": "yarn",
                "factor": 40.0,
                "mscale": 0.707,
                "mscale_all_dim": 1.0,
                "original_max_position_embeddings": 4096,
            }
        },
        0,
    ),
    "yarn, mscale alone": (
        "llama",
        64,
        163840,
        {
            "rope_scaling": {
                "rope_type": "yarn",
                "factor": 40.0,
                "mscale": 0.707,
                "mscale_all_dim": 0.0,
                "original_max_position_embeddings": 4096,
            }
        },
        0,
    ),
    "yarn, short context": (
        "llama",
        16,
        64,
        {"rope_scaling": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 8}},
        0,
    ),
}


def values(name: str, count: int) -> np.ndarray:
    """`count` numbers k / 2^24 in [-0.5, 0.5), k from splitmix64 seeded with FNV-1a of the name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float64) - 2.0**23) / 2.0**24


def weight(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Float32 values as float64: norms around 1, embeddings and biases in [-1, 1)."""
    made = values(name, int(np.prod(shape))).reshape(shape)
    if name.endswith("norm.weight"):
        made = 1.0 + made
    elif name.endswith(".bias") or "embed_tokens" in name:
        made = 2.0 * made
    return made.astype(np.float32).astype(np.float64)


def token_ids(window: int, vocab: int) -> np.ndarray:
    return np.floor((values("ids", window) + 0.5) * vocab).astype(np.int64)


def open_config(fields: Json) -> PreTrainedConfig:
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "config.json").write_text(json.dumps(fields))
        return AutoConfig.from_pretrained(folder)


def make_expert_model(fields: Json) -> PreTrainedModel:
    """Through a folder: transformers holds experts otherwise than checkpoints do."""
    config = open_config(fields)
    with tempfile.TemporaryDirectory() as folder:
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        path = pathlib.Path(folder, "model.safetensors")
        shapes = {name: tuple(tensor.shape) for name, tensor in load_file(path).items()}
        save_file(
            {name: torch.from_numpy(weight(name, shape)).float() for name, shape in shapes.items()},
            path,
            {"format": "pt"},
        )
        model = AutoModelForCausalLM.from_pretrained(
            folder, attn_implementation="eager", experts_implementation="eager", dtype=torch.float32
        )
    return model.double().eval()


def stacked_experts(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """What gpt-oss stacks of all experts, of which each is named by itself; of gate and up the features
    alternate."""
    base, _, stack = name.rpartition(".")
    kind = "bias" if stack.endswith("_bias") else "weight"
    projections = ["gate_proj", "up_proj"] if stack.startswith("gate_up") else ["down_proj"]
    experts = []
    for expert in range(shape[0]):
        features = (shape[-1] // len(projections), *shape[1:-1])  # of one projection, [out, in] or [out]
        parts = [weight(f"{base}.{expert}.{one}.{kind}", features) for one in projections]
        experts.append(np.stack([part.T for part in parts], axis=-1).reshape(shape[1:]))
    return np.stack(experts)


def make_gpt_oss(fields: Json) -> PreTrainedModel:
    model = AutoModelForCausalLM.from_config(
        open_config(fields), attn_implementation="eager", experts_implementation="eager"
    )
    model = model.double().eval()
    state = {}
    for name, tensor in model.state_dict().items():
        make = stacked_experts if ".mlp.experts." in name else weight
        state[name] = torch.from_numpy(make(name, tuple(tensor.shape)))
    model.load_state_dict(state)
    return model


def make_of_images(fields: Json) -> PreTrainedModel:
    """A model that also sees, of which the text part has the weights."""
    model_type = fields["model_type"].removesuffix("_text")
    whole = {
        "model_type": model_type,
        "text_config": {name: value for name, value in fields.items() if name != "vision_config"},
        "vision_config": TINY_VISION[model_type],
        "tie_word_embeddings": False,
    }
    config = open_config(fields if "vision_config" in fields else whole)
    model = AutoModelForImageTextToText.from_config(config, attn_implementation="eager")
    model = model.double().eval()
    state = {}
    for name, tensor in model.state_dict().items():
        if "visual" in name:
            continue
        canonical = name.replace("language_model.", "")
        state[name] = torch.from_numpy(weight(canonical, tuple(tensor.shape)))
    model.load_state_dict(state, strict=False)
    return model


def text_layers(model: PreTrainedModel) -> torch.nn.ModuleList:
    text = model.model
    return text.language_model.layers if hasattr(text, "language_model") else text.layers


def make_model(fields: Json) -> PreTrainedModel:
    if "_vl" in fields["model_type"]:
        return make_of_images(fields)
    if fields["model_type"] == "gpt_oss":
        return make_gpt_oss(fields)
    if "num_experts_per_tok" in fields:
        return make_expert_model(fields)
    model = AutoModelForCausalLM.from_config(open_config(fields), attn_implementation="eager")
    model = model.double().eval()
    tied = fields.get("tie_word_embeddings", False)
    state = {
        name: torch.from_numpy(weight(name, tuple(tensor.shape)))
        for name, tensor in model.state_dict().items()
        if not (tied and name == "lm_head.weight")
    }
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    assert not missing or tied
    return model


def negative_log_likelihoods(model: PreTrainedModel, ids: np.ndarray) -> list[float]:
    with torch.no_grad():
        logits = model(torch.from_numpy(ids)[None]).logits[0, :-1].double()
    losses = torch.nn.functional.cross_entropy(logits, torch.from_numpy(ids[1:]), reduction="none")
    return [float(f"{loss:.9g}") for loss in losses.tolist()]


def average(array: np.ndarray, axis: int, members: list[int], size: int) -> None:
    """Replaces blocks of `size` along `axis` by their mean, in place."""
    blocks = np.split(array, array.shape[axis] // size, axis)
    mean = sum(blocks[member] for member in members) / len(members)
    for member in members:
        blocks[member] = mean
    array[...] = np.concatenate(blocks, axis)


def merge_fused(attention: torch.nn.Module, layer: Json, size: int) -> None:
    """The rows of q, k and v lie in one matrix."""
    matrix = attention.qkv_proj.weight.data.numpy()
    heads = attention.o_proj.weight.shape[1] // size
    kv_heads = (matrix.shape[0] // size - heads) // 2
    for members in layer["heads"]:
        average(matrix, 0, members, size)
        average(attention.o_proj.weight.data.numpy(), 1, members, size)
    for members in layer["kv_heads"]:
        average(matrix, 0, [heads + member for member in members], size)
        average(matrix, 0, [heads + kv_heads + member for member in members], size)


def merge(model: PreTrainedModel, merges: list[Json]) -> None:
    """Averages heads' rows of Q and columns of O, KV heads' rows of K and V; biases with rows."""
    for layer in merges:
        attention = text_layers(model)[layer["layer"]].self_attn
        size = attention.head_dim
        if hasattr(attention, "qkv_proj"):
            merge_fused(attention, layer, size)
            continue
        for kind, projections in (("heads", ["q_proj"]), ("kv_heads", ["k_proj", "v_proj"])):
            for members in layer[kind]:
                for projection in projections:
                    module = getattr(attention, projection)
                    average(module.weight.data.numpy(), 0, members, size)
                    if module.bias is not None:
                        average(module.bias.data.numpy(), 0, members, size)
                    # A norm over all heads has a gain for each element of each.
                    norm = getattr(attention, projection[0] + "_norm", None)
                    if norm is not None and norm.weight.numel() > size:
                        average(norm.weight.data.numpy(), 0, members, size)
        for members in layer["heads"]:
            average(attention.o_proj.weight.data.numpy(), 1, members, size)
            if hasattr(attention, "sinks"):
                sinks = attention.sinks.data.numpy()
                sinks[members] = np.log(np.mean(np.exp(sinks[members])))


def run_case(name: str, fields: Json) -> Json:
    case = copy.deepcopy(fields)
    model = make_model(case["config"])
    ids = token_ids(case["window"], case["config"]["vocab_size"])
    case["nll"] = negative_log_likelihoods(model, ids)
    merge(model, case["merges"])
    case["merged_nll"] = negative_log_likelihoods(model, ids)
    changes = [abs(a - b) for a, b in zip(case["nll"], case["merged_nll"], strict=True)]
    assert max(changes) > 0.01, name
    print(f"{name}: mean {np.mean(case['nll']):.4f}, merged {np.mean(case['merged_nll']):.4f}")
    return {"name": name, **case}


def run_rope(name: str, model_type: str, head_dim: int, longest: int, fields: Json, length: int) -> Json:
    config = {
        "model_type": model_type,
        **BASE,
        "head_dim": head_dim,
        "max_position_embeddings": longest,
        **fields,
    }
    opened = open_config(copy.deepcopy(config))
    rope_type = opened.rope_parameters["rope_type"]
    frequencies, factor = ROPE_INIT_FUNCTIONS[rope_type](opened, seq_len=length or None)
    return {
        "name": name,
        "config": config,
        "length": length,
        "attention_factor": factor,
        "frequencies": [float(f"{f:.9g}") for f in frequencies.tolist()],
    }


def main() -> None:
    torch.set_num_threads(1)
    golden = {
        "made_with": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "cases": [run_case(name, fields) for name, fields in CASES.items()],
        "ropes": [run_rope(name, *fields) for name, fields in ROPES.items()],
    }
    text = ",\n".join(json.dumps(entry) for entry in golden["cases"])
    ropes = ",\n".join(json.dumps(entry) for entry in golden["ropes"])
    path = pathlib.Path(__file__).with_name("architectures.json")
    path.write_text(
        f'{{"made_with": {json.dumps(golden["made_with"])},\n"cases": [\n{text}\n],\n'
        f'"ropes": [\n{ropes}\n]}}\n'
    )


if __name__ == "__main__":
    main()
