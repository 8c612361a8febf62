#!/usr/bin/env python3
"""Runs bench_tokenizer and PyPI's `tokenizers` on the same files and text, one core each, and prints both and the ratio.

    HEADSCOPE_BENCH_DIR=DIR python3 tests/benchmarks/compare_tokenizers.py [build/dev/bin/bench_tokenizer]

Times are of the processor, the best of three. The library also computes where each token lies in the text, which it
cannot be told to leave out.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer, __version__  # noqa: E402

root = Path(__file__).resolve().parents[2]
folder = Path(os.environ["HEADSCOPE_BENCH_DIR"])
bench = sys.argv[1] if len(sys.argv) > 1 else str(root / "build/dev/bin/bench_tokenizer")
corpus = (root / "resources/wikitext-2/wiki.test.raw").read_text(encoding="utf-8")


def best(action: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        action()
        times.append((time.process_time() - start) * 1000)
    return min(times)


def theirs(text: str) -> tuple[float, int]:
    def run() -> None:
        # A new one each time: the library remembers the words of earlier calls.
        tokenizer = Tokenizer.from_file(path)
        start = time.process_time()
        counts.append(len(tokenizer.encode(text, add_special_tokens=False).ids))
        times.append((time.process_time() - start) * 1000)

    counts, times = [], []
    for _ in range(3):
        run()
    return min(times), counts[0]


names = [
    "load/json",
    "encode/json/times:1",
    "encode/json/times:2",
    "encode/json/times:4",
    "encode_one_word/json/MB:1",
]
output = subprocess.run(
    [bench, "--benchmark_format=json", "--benchmark_repetitions=3", "--benchmark_filter=json"],
    check=True,
    capture_output=True,
    text=True,
).stdout
ours = {}
for run in json.loads(output)["benchmarks"]:
    if run["run_type"] == "iteration":
        name = run["run_name"].removesuffix("/repeats:3")
        ours[name] = min(ours.get(name, run), run, key=lambda entry: entry["cpu_time"])

path = str(folder / "tokenizer/json/tokenizer.json")
letters = "".join(c for c in corpus if c.isascii() and c.isalpha())
word = (letters * 2)[:1_000_000]
peer = {"load/json": (best(lambda: Tokenizer.from_file(path)), None)}
for times in (1, 2, 4):
    peer[f"encode/json/times:{times}"] = theirs(corpus * times)
peer["encode_one_word/json/MB:1"] = theirs(word)

print(f"{'':28}{'Headscope':>12}{'tokenizers ' + __version__:>20}{'ratio':>8}")
for name in names:
    mine, (other, tokens) = ours[name], peer[name]
    if tokens is not None and tokens != mine["tokens"]:
        sys.exit(f"{name}: {mine['tokens']:.0f} tokens, the library has {tokens}")
    print(f"{name:28}{mine['cpu_time']:>9.1f} ms{other:>17.1f} ms{other / mine['cpu_time']:>8.1f}")
