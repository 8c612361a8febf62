#!/usr/bin/env python3
"""modeling_headscope.py by itself: tiny models of each family, with a layer without attention and
layers of fewer heads, must compute what transformers' own model computes with the same heads zeroed or
repeated; generate the same with and without a KV cache; and open again after save_pretrained. Exits
with 77, which skips the test, where transformers is missing or older than 5.17.
"""

import json
import pathlib
import shutil
import sys
import tempfile
from typing import Any

try:
    import torch
    import transformers
    from safetensors.torch import save_file

    if tuple(map(int, transformers.__version__.split(".")[:2])) < (5, 17):
        raise ImportError(f"transformers {transformers.__version__} is older than 5.17")
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

SIZE = 8  # of a head
SHAPE = {
    "hidden_size": 48,
    "num_attention_heads": 6,
    "num_key_value_heads": 3,
    "head_dim": SIZE,
    "num_hidden_layers": 4,
    "intermediate_size": 64,
    "vocab_size": 100,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": None,
}
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", {}),
    "mistral": ("Mistral", {"sliding_window": 7}),
    "qwen2": ("Qwen2", {}),
    "qwen3": ("Qwen3", {}),
    "smollm3": ("SmolLM3", {}),
    "gemma3_text": (
        "Gemma3",
        {"sliding_window": 7, "layer_types": ["sliding_attention", "full_attention"] * 2},
    ),
}
# Layer 0 is skipped; layer 1 keeps 4 heads of 2 KV heads; layer 3 keeps 5, which share a KV head.
PER_LAYER = {
    "0": {"skip": ["attention"]},
    "1": {"num_attention_heads": 4, "num_key_value_heads": 2},
    "3": {"num_attention_heads": 5, "num_key_value_heads": 1},
}


def rows_of(name: str) -> int | None:
    """Rows that stay of a projection; None where all do."""
    for layer, heads in PER_LAYER.items():
        if f"layers.{layer}.self_attn" in name and "_norm" not in name and "skip" not in heads:
            of_kv = "k_proj" in name or "v_proj" in name
            return heads["num_key_value_heads" if of_kv else "num_attention_heads"] * SIZE
    return None


def save_smaller(model: transformers.PreTrainedModel, family: str, folder: pathlib.Path) -> None:
    """The folder that an export would write."""
    tensors = {}
    for name, tensor in model.state_dict().items():
        skipped = ("layers.0.self_attn", "layers.0.input_layernorm")
        if family == "gemma3_text":
            skipped += ("layers.0.post_attention_layernorm",)
        if any(part in name for part in skipped):
            continue
        if name == "lm_head.weight" and model.config.tie_word_embeddings:
            continue
        rows = rows_of(name)
        if rows is not None and "o_proj" not in name:
            tensor = tensor[:rows]
        elif rows is not None and tensor.ndim == 2:
            tensor = tensor[:, :rows]
        tensors[name] = tensor.clone().contiguous()
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    config = json.loads(model.config.to_json_string())
    stem = f"modeling_headscope.Headscope{FAMILIES[family][0]}"
    config["per_layer_config"] = PER_LAYER
    config["auto_map"] = {"AutoConfig": stem + "Config", "AutoModelForCausalLM": stem + "ForCausalLM"}
    (folder / "config.json").write_text(json.dumps(config))
    root = pathlib.Path(__file__).resolve().parents[2]
    shutil.copy(root / "resources/transformers/modeling_headscope.py", folder)


def zero_and_repeat(model: transformers.PreTrainedModel) -> None:
    """Makes transformers' own model compute what the smaller one shall."""
    layers = model.model.layers
    for layer, kept in ((0, 0), (1, 4), (3, 5)):
        output = layers[layer].self_attn.o_proj
        output.weight[:, kept * SIZE :] = 0
        if layer == 0 and output.bias is not None:
            output.bias.zero_()
    for projection in (layers[3].self_attn.k_proj, layers[3].self_attn.v_proj):
        for tensor in (projection.weight, projection.bias):
            if tensor is not None:
                tensor[SIZE : 2 * SIZE] = tensor[:SIZE]
                tensor[2 * SIZE :] = tensor[:SIZE]


@torch.no_grad()
def check(family: str, folder: pathlib.Path) -> None:
    torch.manual_seed(1)
    config = transformers.AutoConfig.for_model(family, **SHAPE, **FAMILIES[family][1])
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)
    save_smaller(model, family, folder)
    zero_and_repeat(model)
    smaller, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, trust_remote_code=True, output_loading_info=True
    )
    smaller.eval()
    assert not any(info.values()), info
    ids = torch.randint(0, 100, (2, 30))
    logits = smaller(ids).logits
    torch.testing.assert_close(logits, model(ids).logits, rtol=0, atol=1e-5)
    options = {"max_new_tokens": 20, "do_sample": False}
    made = smaller.generate(ids[:, :10], **options)
    assert torch.equal(made, model.generate(ids[:, :10], **options))
    assert torch.equal(made, smaller.generate(ids[:, :10], use_cache=False, **options))
    smaller.save_pretrained(folder / "again")
    again = transformers.AutoModelForCausalLM.from_pretrained(folder / "again", trust_remote_code=True)
    assert torch.equal(logits, again.eval()(ids).logits)
    smaller.set_attn_implementation("eager")
    torch.testing.assert_close(logits, smaller(ids).logits, rtol=0, atol=1e-4)


def main() -> None:
    for family in FAMILIES:
        with tempfile.TemporaryDirectory() as folder:
            check(family, pathlib.Path(folder))
        print(f"{family}: as transformers computes it")


if __name__ == "__main__":
    main()
