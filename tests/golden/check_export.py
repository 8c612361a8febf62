#!/usr/bin/env python3
"""Checks a saved model from outside: transformers and llama.cpp load it and score the same
sequences as `headscope evaluate` does, and so does the variant that it was saved from.

    headscope export --model_path MODEL --remove heads:25% --compact --output_dir SAVED
    python tests/golden/check_export.py build/release/bin/headscope MODEL SAVED \\
        --variant "--remove heads:25%" --max_windows 20

Everything computes in float32 on the CPU. Perplexities are compared: of the variant, by Headscope;
of the saved model, by Headscope; of the saved model, by transformers, on the token ids that PyPI's
tokenizers, sentencepiece or transformers make; and of model.gguf by llama.cpp (PyPI's cyllama),
where it is installed. transformers opens model.gguf where it knows its architecture, which `deci` is
not. The saved model may differ from the variant by what its dtype rounds away (`--tolerance`);
transformers may not differ from Headscope on the same model by more than 1e-5, and llama.cpp, which
computes with rounded activations, not by more than 1e-3.

With `--generate TOKENS` what the models continue a prompt with, greedily, is printed for two saved
models and must be the same (`--other`).
"""

import argparse
import array
import hashlib
import json
import math
import pathlib
import shlex
import subprocess
import sys
from typing import Any

import gguf
import torch
import transformers
from transformers import PreTrainedModel

try:
    import llama_cpp
except ImportError:
    llama_cpp = None

BOUND_OF_TRANSFORMERS = 1e-5
BOUND_OF_LLAMA_CPP = 1e-3
GGUF = "model.gguf"

Json = dict[str, Any]  # an object


def evaluate(
    program: str, model: pathlib.Path, windows: int, window: int, variant: list[str] | None = None
) -> tuple[Json, float]:
    """Headscope's result and negative log likelihood of a model, or of a variant of it."""
    command = [program, "evaluate", "--model_path", str(model), "--max_windows", str(windows)]
    command += ["--window", str(window), "--dtype", "float32", "--device", "cpu", "--json"]
    command += variant or []
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    event = json.loads(lines[-1])
    return event, event["variants"][-1]["metrics"]["nll"]


def variant_of(manifest: Json) -> list[str]:
    """The options of a plan by a threshold."""
    options = ["--threshold", repr(manifest["threshold"]), "--measure", manifest["measure"]]
    options += ["--grouping", manifest["grouping"], "--kv_policy", manifest["kv_policy"]]
    return options + ["--layers", ",".join(map(str, manifest["layers"]))]


def corpus_text() -> str:
    """WikiText-2's rows joined as papers join them: see core/evaluation/corpus.h."""
    root = pathlib.Path(__file__).resolve().parents[2]
    rows = (root / "resources/wikitext-2/wiki.test.raw").read_text().split("\n")
    if rows[-1] == "":
        rows.pop()
    return "\n\n".join("" if not row.strip() else row + "\n" for row in rows)


def token_ids(folder: pathlib.Path) -> list[int]:
    """The text without BOS, by the library of the tokenizer's file."""
    text = corpus_text()
    if (folder / "tokenizer.json").exists():
        from tokenizers import Tokenizer

        ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text, add_special_tokens=False).ids
    elif (folder / "tokenizer.model").exists():
        import sentencepiece

        ids = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model")).encode(text)
    else:
        ids = llama_cpp.token_ids(folder / GGUF, text)
    return ids


def with_bos(folder: pathlib.Path, ids: list[int], digest: str) -> list[int]:
    """The ids that Headscope read: with BOS in front of them or without."""
    if (folder / GGUF).exists():
        bos = llama_cpp.bos_id(folder / GGUF)
    else:
        bos = json.loads((folder / "config.json").read_text()).get("bos_token_id")
    for made in (ids, [bos, *ids]):
        if hashlib.sha256(array.array("i", made).tobytes()).hexdigest() == digest:
            return made
    sys.exit("the libraries make other tokens of the text")


def load(folder: pathlib.Path) -> PreTrainedModel | None:
    """By transformers; None where it does not know all that a GGUF file says."""
    options = {"dtype": torch.float32, "attn_implementation": "eager", "output_loading_info": True}
    if (folder / GGUF).exists():
        if any(tensor.name == "rope_freqs.weight" for tensor in gguf.GGUFReader(folder / GGUF).tensors):
            print("transformers reads no rope_freqs.weight of GGUF files: it would compute something else")
            return None
        try:
            model, _ = transformers.AutoModelForCausalLM.from_pretrained(folder, gguf_file=GGUF, **options)
        except ValueError as error:
            print(f"transformers does not open it: {str(error).splitlines()[0][:100]}")
            return None
        return model.eval()
    if "per_layer_config" in json.loads((folder / "config.json").read_text()):
        try:
            _, info = transformers.AutoModelForCausalLM.from_pretrained(
                folder, trust_remote_code=False, output_loading_info=True
            )
        except (ValueError, RuntimeError) as error:
            print(f"transformers refuses it without its code: {str(error).splitlines()[0][:80]}")
        else:
            # Where layers lack attention and no others differ, it only reports what is missing.
            assert info["missing_keys"], "transformers alone should miss weights of layers that differ"
            print(f"transformers misses {len(info['missing_keys'])} weights without its code")
    model, info = transformers.AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True, **options)
    assert not info["missing_keys"] and not info["unexpected_keys"], info
    assert not info["mismatched_keys"], info
    return model.eval()


def generate(folder: pathlib.Path, count: int) -> tuple[str, list[int]]:
    """What a saved model continues a prompt with, greedily, and by which program."""
    prompt = "The history of the city begins with"
    if (folder / GGUF).exists():
        return "llama.cpp", llama_cpp.generate(folder / GGUF, prompt, count)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = load(folder)
    ids = tokenizer(prompt, return_tensors="pt").input_ids
    made = model.generate(ids, max_new_tokens=count, min_new_tokens=count, do_sample=False)
    return "transformers", made[0, ids.shape[1] :].tolist()


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


def compare(
    program: str,
    model: pathlib.Path,
    saved: pathlib.Path,
    variant: list[str] | None,
    windows: int,
    window: int,
    tolerance: float,
    tokenizer: pathlib.Path | None = None,
) -> bool:
    """Prints the perplexities of the variant and of the saved model; whether they are the same."""
    if variant is None:
        variant = variant_of(json.loads((saved / "headscope_manifest.json").read_text()))
    _, of_variant = evaluate(program, model, windows, window, variant)
    own, of_saved = evaluate(program, saved, windows, window)
    windows = own["windows"]
    predictions = windows * (window - 1)
    results = {"variant, Headscope": of_variant, "saved, Headscope": of_saved}
    failed = abs(math.expm1((of_saved - of_variant) / predictions)) > tolerance
    opened = load(saved)
    if opened is not None:
        ids = with_bos(saved, token_ids(tokenizer or saved), own["token_ids_sha256"])
        name = f"saved, transformers {transformers.__version__}"
        results[name] = score(opened, ids, windows, window)
        failed |= abs(math.expm1((results[name] - of_saved) / predictions)) > BOUND_OF_TRANSFORMERS
    if (saved / GGUF).exists() and llama_cpp is not None:
        perplexity = llama_cpp.perplexity(saved / GGUF, windows, window, raw=False)
        results["saved, llama.cpp"] = math.log(perplexity) * predictions
        failed |= abs(math.expm1(math.log(perplexity) - of_saved / predictions)) > BOUND_OF_LLAMA_CPP
    for name, nll in results.items():
        change = math.expm1((nll - of_variant) / predictions)
        print(f"{name:32} {math.exp(nll / predictions):.6f} {change:+.2e}", flush=True)
    return not failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("saved", type=pathlib.Path)
    parser.add_argument("--variant", help="options of evaluate for the plan; default: the threshold's")
    parser.add_argument("--max_windows", type=int, default=20)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--generate", type=int, default=0, metavar="TOKENS")
    parser.add_argument("--other", type=pathlib.Path, help="a saved model that must generate the same")
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
    if options.generate:
        made = [generate(folder, options.generate) for folder in (options.saved, options.other)]
        print(*(f"{name:12} {ids}" for name, ids in made), sep="\n")
        return sys.exit("the models generate different tokens" if made[0][1] != made[1][1] else 0)
    same = compare(
        options.program,
        options.model,
        options.saved,
        shlex.split(options.variant) if options.variant else None,
        options.max_windows,
        options.window,
        options.tolerance,
        options.tokenizer,
    )
    if not same:
        sys.exit("the perplexities differ")


if __name__ == "__main__":
    main()
