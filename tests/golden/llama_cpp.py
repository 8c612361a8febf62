#!/usr/bin/env python3
"""llama.cpp as a peer: the perplexity of GGUF files by its protocol and by `gptq`, and what it
generates. Uses PyPI's cyllama, which has llama.cpp compiled.

    python tests/golden/llama_cpp.py MODEL.gguf... --chunks 4
    python tests/golden/llama_cpp.py MODEL.gguf --generate "The capital of France is" --tokens 64
    python tests/golden/llama_cpp.py MODEL.gguf --quantize OUT.gguf
    python tests/golden/llama_cpp.py MODEL.gguf OTHER.gguf --bench

`llama.cpp`: chunks of 512 of the raw file, BOS in place of the first token where the vocabulary
adds one, the second half scored; what `llama-perplexity` prints. `gptq`: rows joined as in
check_export.py, every prediction scored.
"""

import argparse
import json
import pathlib
import time

import numpy as np
from cyllama.llama import llama_cpp as cy

cy.llama_backend_init()
cy.disable_logging()


class Model(cy.LlamaModel):
    @property
    def n_vocab(self) -> int:
        """That LlamaContext.get_logits_ith() asks for, and that its model lacks."""
        return self.get_vocab().n_vocab


def open_model(path: pathlib.Path, context: int, threads: int = 0) -> tuple[Model, cy.LlamaContext]:
    model = Model(str(path), cy.LlamaModelParams(), verbose=False)
    params = cy.LlamaContextParams()
    params.n_ctx = params.n_batch = params.n_ubatch = context
    if threads:
        params.n_threads = params.n_threads_batch = threads
    return model, cy.LlamaContext(model, params, verbose=False)


def decode(context: cy.LlamaContext, tokens: list[int], first: int, all_logits: bool) -> np.ndarray:
    """Runs tokens that stand from position `first` on; the logits of all of them, or the last."""
    batch = cy.LlamaBatch(n_tokens=len(tokens), embd=0, n_seq_max=1)
    for i, token in enumerate(tokens):
        batch.add(int(token), first + i, [0], all_logits or i + 1 == len(tokens))
    assert context.decode(batch) == 0
    rows = range(len(tokens)) if all_logits else [len(tokens) - 1]
    return np.array([context.get_logits_ith(i) for i in rows], np.float64)


def losses(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    top = logits.max(1)
    log_sums = top + np.log(np.exp(logits - top[:, None]).sum(1))
    return log_sums - logits[np.arange(len(targets)), targets]


def corpus_text(raw: bool) -> str:
    """WikiText-2's test split, or its rows joined as papers join them."""
    root = pathlib.Path(__file__).resolve().parents[2]
    text = (root / "resources/wikitext-2/wiki.test.raw").read_text()
    rows = text.removesuffix("\n").split("\n")
    return text if raw else "\n\n".join("" if not row.strip() else row + "\n" for row in rows)


def perplexity(path: pathlib.Path, chunks: int, window: int, raw: bool) -> float:
    model, context = open_model(path, window)
    vocabulary = model.get_vocab()
    text = corpus_text(raw)
    # A prefix is enough: chunks are taken from the beginning.
    tokens = vocabulary.tokenize(text[: chunks * window * 12], vocabulary.get_add_bos(), False)
    total, count = 0.0, 0
    first = window // 2 if raw else 0
    for chunk in range(chunks):
        ids = list(tokens[chunk * window : (chunk + 1) * window])
        targets = np.array(ids[first + 1 :])
        if raw and vocabulary.get_add_bos():
            ids[0] = vocabulary.token_bos()
        context.kv_cache_clear()
        logits = decode(context, ids, 0, True)
        total += losses(logits[first:-1], targets).sum()
        count += len(targets)
    return float(np.exp(total / count))


def prompt_seconds(context: cy.LlamaContext, ids: list[int]) -> float:
    context.kv_cache_clear()
    start = time.perf_counter()
    decode(context, ids, 0, False)
    return time.perf_counter() - start


def generation_seconds(context: cy.LlamaContext, ids: list[int]) -> float:
    """One token after the other, whatever the logits say."""
    context.kv_cache_clear()
    start = time.perf_counter()
    for at, token in enumerate(ids):
        decode(context, [token], at, False)
    return time.perf_counter() - start


def bench(paths: list[pathlib.Path], prompt: int, tokens: int, repetitions: int, threads: int) -> None:
    """As llama-bench: tokens a second of reading a prompt (pp) and of generating (tg), of random
    tokens; once for warming up, then in turns so that what else the machine does affects all of them."""
    opened = [(path, *open_model(path, prompt, threads)) for path in paths]
    speeds: dict[tuple[pathlib.Path, str], list[float]] = {}
    for repetition in range(-1, repetitions):
        for path, model, context in opened:
            ids = np.random.randint(0, model.n_vocab, max(prompt, tokens)).tolist()
            for test, count, run in (("pp", prompt, prompt_seconds), ("tg", tokens, generation_seconds)):
                seconds = run(context, ids[:count])
                if repetition >= 0:
                    speeds.setdefault((path, f"{test}{count}"), []).append(count / seconds)
    for (path, test), values in speeds.items():
        deviation = np.std(values, ddof=1) if len(values) > 1 else 0.0
        line = {"model": str(path), "test": test, "mean": round(float(np.mean(values)), 2)}
        print(json.dumps(line | {"deviation": round(float(deviation), 2)}))


def token_ids(path: pathlib.Path, text: str) -> list[int]:
    """Of a text, without BOS."""
    model, _ = open_model(path, 8)
    return list(model.get_vocab().tokenize(text, False, False))


def bos_id(path: pathlib.Path) -> int:
    model, _ = open_model(path, 8)
    return model.get_vocab().token_bos()


def generate(path: pathlib.Path, prompt: str, count: int) -> list[int]:
    """Token ids of a greedy generation."""
    model, context = open_model(path, 512)
    vocabulary = model.get_vocab()
    ids = list(vocabulary.tokenize(prompt, vocabulary.get_add_bos(), False))
    begin = len(ids)
    logits = decode(context, ids, 0, False)
    while len(ids) < begin + count:
        ids.append(int(logits[-1].argmax()))
        logits = decode(context, ids[-1:], len(ids) - 1, False)
    return ids[begin:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--chunks", type=int, default=4)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--generate", metavar="PROMPT")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--bench", action="store_true", help="tokens a second: pp512 and tg128")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--quantize", type=pathlib.Path, metavar="OUT", help="to Q8_0")
    options = parser.parse_args()
    if options.bench:
        bench(options.models, 512, 128, options.repetitions, options.threads)
        return
    for path in options.models:
        if options.quantize:
            params = cy.LlamaModelQuantizeParams()
            params.ftype = 7  # LLAMA_FTYPE_MOSTLY_Q8_0
            cy.model_quantize(str(path), str(options.quantize), params)
            print(json.dumps({"quantized": str(options.quantize)}))
        elif options.generate:
            print(json.dumps({"model": str(path), "ids": generate(path, options.generate, options.tokens)}))
        else:
            print(
                json.dumps(
                    {
                        "model": str(path),
                        "llama.cpp": perplexity(path, options.chunks, options.window, True),
                        "gptq": perplexity(path, options.chunks, options.window, False),
                    }
                )
            )


if __name__ == "__main__":
    main()
