#!/usr/bin/env python3
"""Checks a merged checkpoint from outside: transformers loads it and scores the same windows as
`headscope evaluate` does, and so does the variant that it was saved from.

    headscope export --model_path MODEL --threshold 0.98 --output_dir SAVED
    python tests/golden/check_export.py build/release/bin/headscope MODEL SAVED --max_windows 20

Everything computes in float32 on the CPU. Three perplexities are compared: of the variant, by
Headscope; of the saved model, by Headscope; of the saved model, by transformers, on the token ids
that the script encodes with PyPI's tokenizers or sentencepiece. The saved model may differ from
the variant by what its dtype rounds away (`--tolerance`); transformers may not differ from
Headscope on the same model by more than 1e-5. A model of layers with different numbers of heads
(`--compact`) is loaded as what it was, with smaller projections. Needs PyPI's torch, transformers
(5.x), safetensors, and sentencepiece or tokenizers.
"""

import argparse
import array
import copy
import hashlib
import json
import math
import pathlib
import subprocess
import sys
from typing import Any

import torch
import transformers
from safetensors.torch import load_file
from transformers import PreTrainedModel

BOUND_OF_LIBRARIES = 1e-5

Json = dict[str, Any]  # an object


def evaluate(
    program: str, model: pathlib.Path, windows: int, window: int, manifest: Json | None = None
) -> tuple[Json, float]:
    """Headscope's result and negative log likelihood of a model, or of the variant of a manifest."""
    command = [program, "evaluate", "--model_path", str(model), "--max_windows", str(windows)]
    command += ["--window", str(window), "--dtype", "float32", "--device", "cpu", "--json"]
    if manifest:
        command += ["--threshold", repr(manifest["threshold"]), "--measure", manifest["measure"]]
        command += ["--grouping", manifest["grouping"], "--kv_policy", manifest["kv_policy"]]
        command += ["--layers", ",".join(map(str, manifest["layers"]))]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    event = json.loads(lines[-1])
    return event, event["variants"][-1]["metrics"]["nll"]


def corpus_text() -> str:
    """WikiText-2's rows joined as papers join them: see core/evaluation/corpus.h."""
    root = pathlib.Path(__file__).resolve().parents[2]
    rows = (root / "resources/wikitext-2/wiki.test.raw").read_text().split("\n")
    if rows[-1] == "":
        rows.pop()
    return "\n\n".join("" if not row.strip() else row + "\n" for row in rows)


def token_ids(folder: pathlib.Path, config: Json) -> list[int]:
    """BOS and the text, by the library that the tokenizer's file belongs to."""
    text = corpus_text()
    if (folder / "tokenizer.json").exists():
        from tokenizers import Tokenizer

        ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text, add_special_tokens=False).ids
    else:
        import sentencepiece

        ids = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model")).encode(text)
    return [config["bos_token_id"]] + ids


def load_compact(folder: pathlib.Path, config: Json) -> PreTrainedModel:
    """A model whose layers differ in their heads: that of the whole family, with projections of
    other sizes. transformers' attention takes the number of heads from them."""
    plain = {key: value for key, value in config.items() if key != "headscope_heads"}
    plain["model_type"] = config["model_type"].removeprefix("headscope_")
    model = transformers.AutoModelForCausalLM.from_config(
        transformers.AutoConfig.for_model(**copy.deepcopy(plain)), attn_implementation="eager"
    ).float()
    size = config["head_dim"]
    for layer, (heads, kv_heads) in zip(model.model.layers, config["headscope_heads"], strict=True):
        attention = layer.self_attn
        for name, rows in (("q_proj", heads), ("k_proj", kv_heads), ("v_proj", kv_heads)):
            old = getattr(attention, name)
            setattr(attention, name, torch.nn.Linear(old.in_features, rows * size, bias=old.bias is not None))
        old = attention.o_proj
        attention.o_proj = torch.nn.Linear(heads * size, old.out_features, bias=old.bias is not None)
        attention.num_key_value_groups = heads // kv_heads
    state = {}
    for file in sorted(folder.glob("*.safetensors")):
        state.update(load_file(file))
    missing, unexpected = model.load_state_dict(
        {name: tensor.float() for name, tensor in state.items()}, strict=False
    )
    tied = plain.get("tie_word_embeddings", False)
    assert not unexpected and set(missing) <= ({"lm_head.weight"} if tied else set()), missing
    model.tie_weights()
    return model


def load(folder: pathlib.Path, config: Json) -> PreTrainedModel:
    if "headscope_heads" in config:
        try:
            transformers.AutoModelForCausalLM.from_pretrained(folder)
        except (ValueError, KeyError) as error:
            print(f"transformers alone refuses it: {str(error).splitlines()[0][:120]}")
        else:
            sys.exit("transformers alone should refuse a model of layers that differ")
        return load_compact(folder, config)
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not info["missing_keys"] and not info["unexpected_keys"], info
    assert not info["mismatched_keys"], info
    return model


def score(model: PreTrainedModel, ids: list[int], windows: int, window: int) -> float:
    """Sum of the negative log likelihoods over the first windows."""
    total = 0.0
    with torch.no_grad():
        for i in range(windows):
            part = torch.tensor(ids[i * window : (i + 1) * window])
            logits = model(part[None]).logits[0, :-1].float()
            losses = torch.nn.functional.cross_entropy(logits, part[1:], reduction="none")
            total += losses.double().sum().item()
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("saved", type=pathlib.Path)
    parser.add_argument("--max_windows", type=int, default=20)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument(
        "--tokenizer",
        type=pathlib.Path,
        help="folder of a tokenizer.json with the same tokens, where the saved "
        "model has Meta's rank file, which these libraries do not read",
    )
    parser.add_argument(
        "--tolerance",
        type=float,
        default=1e-4,
        help="relative, of the saved model's perplexity; 1e-4 suits bfloat16",
    )
    options = parser.parse_args()
    manifest = json.loads((options.saved / "headscope_manifest.json").read_text())
    config = json.loads((options.saved / "config.json").read_text())

    event, variant = evaluate(options.program, options.model, options.max_windows, options.window, manifest)
    _, saved = evaluate(options.program, options.saved, options.max_windows, options.window)
    model = load(options.saved, config).eval()
    ids = token_ids(options.tokenizer or options.saved, config)
    digest = hashlib.sha256(array.array("i", ids).tobytes()).hexdigest()
    assert digest == event["token_ids_sha256"], "the libraries make other tokens of the text"
    outside = score(model, ids, event["windows"], options.window)

    predictions = event["windows"] * (options.window - 1)
    figures = {
        "variant, Headscope": variant,
        "saved, Headscope": saved,
        f"saved, transformers {transformers.__version__}": outside,
    }
    for name, nll in figures.items():
        print(f"{name:32} {math.exp(nll / predictions):.6f}")
    from_variant = math.expm1((saved - variant) / predictions)
    from_library = math.expm1((outside - saved) / predictions)
    print(
        f"saved against the variant {from_variant:+.2e}, transformers against Headscope {from_library:+.2e}"
    )
    if abs(from_variant) > options.tolerance or abs(from_library) > BOUND_OF_LIBRARIES:
        sys.exit("the perplexities differ")


if __name__ == "__main__":
    main()
