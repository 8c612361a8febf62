#!/usr/bin/env python3
"""What splitting KV heads would save in layers whose KV heads serve unevenly many heads after heads
were removed at random: docs/decisions/kv-heads-are-not-split.md.

    python tests/benchmarks/kv_splitting.py

A layer costs a unit for each head (rows of Q, columns of O) and one for each KV head (rows of K and
V). Every KV head serves r heads. Three ways to choose r: as core/merging/compaction.cpp does; with KV
heads that may be split, and heads that write nothing moved to others, into no more KV heads than there
were; the same into any number of KV heads.
"""

import math
import random

SHAPES = {"SmolLM2-135M, 9 heads, 3 KV heads": (9, 3), "8B, 32 and 8": (32, 8), "28 and 4": (28, 4)}
LAYERS = 2000


def cheapest(left: list[int], served: int, splits: bool, grows: bool) -> tuple[int, int]:
    """Units and KV heads of a layer whose KV heads have `left` heads each."""
    choices = []
    for ratio in range(1, served + 1):
        needed = [math.ceil(heads / ratio) for heads in left if heads > 0]
        if not splits and max(needed) > 1:
            continue
        if not grows and sum(needed) > len(left):
            continue
        choices.append((sum(needed) * (ratio + 1), sum(needed)))
    return min(choices)


def main() -> None:
    random.seed(1)
    for name, (heads, kv_heads) in SHAPES.items():
        served = heads // kv_heads
        for share in (0.25, 0.5, 0.75):
            sums = {way: [0, 0] for way in ("as it is", "split", "split, may grow")}
            for _ in range(LAYERS):
                stay = random.sample(range(heads), heads - round(heads * share))
                left = [sum(head // served == kv for head in stay) for kv in range(kv_heads)]
                for way, splits, grows in zip(sums, (False, True, True), (False, False, True), strict=True):
                    units, kv = cheapest(left, served, splits, grows)
                    sums[way][0] += units
                    sums[way][1] += kv
            for way, (units, kv) in sums.items():
                of_before = 100 * units / LAYERS / (heads + kv_heads)
                of_cache = 100 * kv / LAYERS / kv_heads
                print(
                    f"{name}, {share:.0%} removed, {way}: weights {of_before:.1f} %, cache {of_cache:.1f} %"
                )


if __name__ == "__main__":
    main()
