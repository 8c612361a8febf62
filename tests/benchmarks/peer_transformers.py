"""The peer of docs/performance.md: transformers on the same checkpoint, the same windows.

    python3 peer_transformers.py FOLDER CORPUS [--windows N] [--window T] [--device cuda] [--dtype bfloat16]
                                 [--batch B] [--similarity]

CORPUS is a raw text such as wiki.test.raw; the folder's tokenizer makes the ids. Prints one JSON object:
the SHA-256 of the ids as little-endian int32, BOS included, seconds to load, seconds of one evaluation
(protocol gptq), perplexity, accuracy, peak device memory, and with --similarity the seconds that the
cosines of all layers' query heads take.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel


def evaluate(model: PreTrainedModel, windows: torch.Tensor, batch: int) -> tuple[float, int]:
    """Summed negative log likelihood and correct predictions, float32 log-softmax."""
    nll, correct = 0.0, 0
    with torch.inference_mode():
        for first in range(0, len(windows), batch):
            ids = windows[first : first + batch]
            hidden = model.model(ids).last_hidden_state
            for row, own in zip(hidden, ids, strict=True):
                logits = model.lm_head(row[:-1]).float()
                targets = own[1:]
                loss = torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
                nll += loss.double().item()
                correct += (logits.argmax(-1) == targets).sum().item()
    return nll, correct


def token_ids(folder: str, corpus: Path) -> numpy.ndarray:
    """The rows of the dataset, where a blank line is the empty string, joined with two newlines."""
    with corpus.open(encoding="utf-8", newline="") as file:
        rows = [row if row.strip() else "" for row in file]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer("\n\n".join(rows), add_special_tokens=False)["input_ids"]
    return numpy.array([tokenizer.bos_token_id] + ids, dtype="<i4")


def similarity(model: PreTrainedModel) -> None:
    """Cosine of the flattened query rows of all heads, layer by layer."""
    heads = model.config.num_attention_heads
    for layer in model.model.layers:
        rows = layer.self_attn.q_proj.weight.detach().float().reshape(heads, -1)
        rows = torch.nn.functional.normalize(rows, dim=1)
        (rows @ rows.T).cpu()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--windows", type=int, default=141)
    parser.add_argument("--window", type=int, default=2048)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--similarity", action="store_true")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)

    def now() -> float:
        if options.device.startswith("cuda"):
            torch.cuda.synchronize()
        return time.perf_counter()

    start = now()
    model = AutoModelForCausalLM.from_pretrained(
        options.folder, dtype=getattr(torch, options.dtype), device_map=options.device
    ).eval()
    loaded = now()
    array = token_ids(options.folder, options.corpus)
    ids = torch.from_numpy(array.astype("int64"))
    windows = ids[: options.windows * options.window].view(-1, options.window).to(options.device)
    evaluate(model, windows[: options.batch], options.batch)  # warm
    runs = []
    for _ in range(options.repeat):
        begin = now()
        nll, correct = evaluate(model, windows, options.batch)
        runs.append(now() - begin)
    predictions = len(windows) * (options.window - 1)
    result = {
        "ids_sha256": hashlib.sha256(array.tobytes()).hexdigest(),
        "load_seconds": loaded - start,
        "evaluation_seconds": min(runs),
        "tokens_per_second": windows.numel() / min(runs),
        "perplexity": float(numpy.exp(nll / predictions)),
        "accuracy": correct / predictions,
    }
    if options.device.startswith("cuda"):
        result["peak_reserved_gib"] = torch.cuda.max_memory_reserved() / 2**30
    if options.similarity:
        begin = now()
        similarity(model)
        result["similarity_seconds"] = now() - begin
    print(json.dumps(result))


if __name__ == "__main__":
    main()
