#!/usr/bin/env python3
"""What each measure of similarity is worth: the tables of docs/measures.md, as Markdown.

    python3 tests/benchmarks/measure_table.py [--program build/dev/bin/headscope] [--models FOLDER ...]

For every model, measure and alignment: the threshold at which the share of merged heads comes nearest to 10, 25
and 50 %, and the perplexity of that plan. One threshold holds for all layers, as `headscope evaluate` takes it, so
a measure has to rank pairs across layers too. Groups are pairs of heads (`--grouping matching`): every merge is then
of two heads, so that equal shares are equal work, and a measure is judged by the pairs that it puts first, not by
how long the chains are that it makes of them.

Then Spearman's rank correlation of each measure with the damage that a pair does when it is merged alone
(`headscope damage`). The pairs are all pairs of each layer, or where there are more than --pairs, a random draw, the
same for all measures. Pairs that measures find closest would not be fair: each measure's range would be cut at a
different place, which weakens its correlation by as much as it had a say in the choice, and a pair that is there
because one measure likes it tends to be one that the others do not. The price is that most pairs of a draw are
unlike; how well a measure finds the closest ones is what the first table tells.

With its defaults it takes about 14 minutes of one core's time for both models, half of that on two idle cores.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MEASURES = ["q", "k", "v", "o", "qk", "qkvo", "qk-circuit", "ov-circuit", "attention", "output", "cka"]
ALIGNS = ["none", "weights", "activations"]
# A plan further from its share, in heads of the model, is none of that share: similarities are tied.
FARTHEST = 0.05

Event = dict[str, Any]  # a JSON object that the program prints
Plan = tuple[int, float]  # the number of merged heads, and the threshold


class Headscope:
    """The program, with the options that all its calls have in common."""

    def __init__(self, options: argparse.Namespace, model: str) -> None:
        self.program = options.program
        self.common = ["--model_path", model, "--json"]
        if options.threads:
            self.common += ["--threads", str(options.threads)]
        # Without a window of its own each model would be judged on windows of another length.
        self.text = ["--window", str(options.window), "--max_windows", str(options.windows)]

    def events(self, command: str, *arguments: str) -> dict[str, list[Event]]:
        """The events that the command prints, by their names."""
        call = [self.program, command, *self.common, *arguments]
        done = subprocess.run(call, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(call)}\n{done.stderr}")
        events = {}
        for line in done.stdout.splitlines():
            event = json.loads(line)
            events.setdefault(event["event"], []).append(event)
        return events

    def matrices(self, measure: str) -> list[Event]:
        return self.events("similarity", "--measure", measure)["similarity"]

    def evaluate(self, *arguments: str) -> Event:
        return self.events("evaluate", *self.text, *arguments)["result"][0]

    def merged_heads(self, measure: str, thresholds: list[float]) -> dict[float, int]:
        """By threshold, as the program plans it."""
        arguments = ["--measure", measure, "--grouping", "matching", *listed(thresholds)]
        plans = self.events("plan", *arguments)["plan"]
        return {plan["threshold"]: plan["summary"]["merged_heads"] for plan in plans}

    def damage(self, options: argparse.Namespace, align: str) -> Event:
        windows = min(options.windows, options.probe_windows)
        arguments = ["--measure", ",".join(options.measures), "--compare", "none", "--choose", "random"]
        arguments += ["--pairs", str(options.pairs), "--probe_windows", str(windows), "--align", align]
        return self.events("damage", *self.text, *arguments)["result"][0]


def listed(thresholds: list[float]) -> list[str]:
    return ["--thresholds=" + ",".join(map(repr, thresholds))]  # "=": the first may be negative


def matched_similarities(matrix: Event) -> list[float]:
    """The similarities of the pairs that greedy matching takes from one layer, falling: what the threshold cuts."""
    heads, values = matrix["heads"], matrix["values"]
    pairs = [(-values[i * heads + j], i, j) for i in range(heads) for j in range(i + 1, heads)]
    taken, matched = set(), []
    for negative, i, j in sorted(pairs):
        if i not in taken and j not in taken:
            taken |= {i, j}
            matched.append(-negative)
    return matched


def between(below: float, above: float) -> float:
    """The number with the fewest decimals in the middle half of the gap: safe from the rounding of another run."""
    middle, quarter = (below + above) / 2, (above - below) / 4
    for decimals in range(1, 17):
        if abs(round(middle, decimals) - middle) <= quarter:
            return round(middle, decimals)
    return middle


def plans_by_heads(matrices: list[Event]) -> dict[int, float]:
    """The threshold of every plan there is, by the number of heads that it merges.

    A threshold takes a beginning of the falling list, so one pass over it does what bisecting would. Tied pairs go
    together.
    """
    matched = sorted((s for matrix in matrices for s in matched_similarities(matrix)), reverse=True)
    plans = {}
    for count, similarity in enumerate(matched, 1):
        below = matched[count] if count < len(matched) else -1.0
        if below < similarity:
            plans[2 * count] = between(below, similarity)
    return plans


def choose_plans(plans: dict[int, float], heads: int, shares: list[float]) -> dict[float, Plan | None]:
    """For each share the heads merged and the threshold, or None where no plan comes near."""
    chosen = {}
    for share in shares:
        count = min(plans, key=lambda merged: (abs(merged - share * heads), merged))
        chosen[share] = (count, plans[count]) if abs(count - share * heads) <= FARTHEST * heads else None
    return chosen


def variants_of(
    headscope: Headscope, measure: str, align: str, chosen: dict[float, Plan | None]
) -> tuple[Event, dict[float, Event]]:
    """The evaluation, and its variants by threshold."""
    thresholds = sorted({plan[1] for plan in chosen.values() if plan}, reverse=True)
    arguments = ["--measure", measure, "--grouping", "matching", "--align", align, *listed(thresholds)]
    result = headscope.evaluate(*arguments)
    return result, {variant["threshold"]: variant for variant in result["variants"]}


def perplexity_cell(variant: Event) -> str:
    ratio = variant["change"]["perplexity_ratio"]
    per_cent = [100 * (ratio[key] - 1) for key in ("value", "low", "high") if ratio[key] is not None]
    interval = f" ({per_cent[1]:+.2f} to {per_cent[2]:+.2f})" if len(per_cent) == 3 else ""
    return f"{variant['metrics']['perplexity']['value']:.2f}, {per_cent[0]:+.2f} %{interval}"


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def head(cells: list[str]) -> list[str]:
    return [row(cells), row(["---"] * len(cells))]


def perplexity_table(
    headscope: Headscope, options: argparse.Namespace
) -> tuple[list[str], Event | None, int]:
    """The lines of the table, and one evaluation's result for the settings; None where no plan was there."""
    lines, settings, heads = [], None, 0
    for measure in options.measures:
        note(f"{measure}")
        matrices = headscope.matrices(measure)
        heads = sum(matrix["heads"] for matrix in matrices)
        chosen = choose_plans(plans_by_heads(matrices), heads, options.shares)
        thresholds = sorted({plan[1] for plan in chosen.values() if plan})
        if thresholds:
            planned = headscope.merged_heads(measure, thresholds)
            for count, threshold in filter(None, chosen.values()):
                if planned[threshold] != count:
                    sys.exit(f"{measure} at {threshold}: {planned[threshold]} heads are merged, not {count}")
        rows = {}  # the alignments of each row: those that come to the same share one
        for align in options.aligns if thresholds else [""]:
            result, variants = variants_of(headscope, measure, align, chosen) if thresholds else (None, {})
            settings = settings or result
            cells = []
            for share in options.shares:
                plan = chosen[share]
                exact = plan and abs(plan[0] - share * heads) <= 1
                count = "" if exact or not plan else f" ({plan[0]} heads)"
                cells.append(perplexity_cell(variants[plan[1]]) + count if plan else "tied")
            rows.setdefault(tuple(cells), []).append(align)
        for cells, aligns in rows.items():
            lines.append(row([f"`{measure}`", ", ".join(f"`{align}`" for align in aligns if align), *cells]))
    shares = [f"{100 * share:g} %" for share in options.shares]
    return head(["measure", "align", *shares]) + lines, settings, heads


def correlation(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}"


def damage_table(headscope: Headscope, options: argparse.Namespace) -> tuple[list[str], Event]:
    """The lines of the table, and what was measured of the last alignment."""
    results = {}
    for align in options.damage_aligns:
        note(f"damage, align {align}")
        results[align] = headscope.damage(options, align)
    kinds = (("pooled", "pooled"), ("mean of layers", "mean_of_layers"))
    columns = [f"{name}, align `{align}`" for align in results for name, _ in kinds]
    lines = head(["measure", *columns])
    for measure in options.measures:
        cells = [
            correlation(result["rank_correlation"][measure][key])
            for result in results.values()
            for _, key in kinds
        ]
        lines.append(row([f"`{measure}`", *cells]))
    return lines, results[options.damage_aligns[-1]]


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def report(options: argparse.Namespace, model: str) -> None:
    """Prints the tables of one model."""
    start = time.monotonic()
    headscope = Headscope(options, model)
    name = Path(model).name
    note(name)
    table, evaluation, heads = perplexity_table(headscope, options)
    print(f"### `{name}`: perplexity by share of merged heads\n")
    if evaluation:
        original = evaluation["variants"][0]["metrics"]["perplexity"]["value"]
        print(
            f"{heads} heads; grouping `matching`, KV policy `{evaluation['kv_policy']}`, one threshold for all layers; "
            f"{evaluation['corpus']}, the first {evaluation['windows']} windows of {evaluation['window']} tokens, "
            f"protocol `{evaluation['protocol']}`, {evaluation['dtype']} on {evaluation['device']}. Original: "
            f'{original:.2f}. In brackets the 95 % interval of the change, paired by window. "tied": so many pairs '
            f"are exactly alike that no threshold merges about that share.\n"
        )
    print("\n".join(table))
    if options.damage_aligns:
        table, damage = damage_table(headscope, options)
        print(f"\n### `{name}`: similarity and damage\n")
        print(
            f"Spearman's rank correlation over {len(damage['pairs'])} pairs, all of a layer or {options.pairs} drawn "
            f"at random, each merged alone and scored on {damage['settings']['probe_windows']} windows drawn from "
            f"those above. -1: the more alike, the less harm, without exception.\n"
        )
        print("\n".join(table))
    print(f"\n{time.monotonic() - start:.0f} s for `{name}`.\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--program", default=str(ROOT / "build/dev/bin/headscope"))
    models = [str(ROOT / folder) for folder in ("resources/models/demo", "tests/fixtures/models/bpe")]
    parser.add_argument("--models", nargs="+", default=models)
    parser.add_argument("--measures", nargs="+", default=MEASURES, choices=MEASURES)
    parser.add_argument("--aligns", nargs="+", default=ALIGNS, choices=ALIGNS)
    parser.add_argument("--shares", nargs="+", type=float, default=[10, 25, 50], help="per cent of all heads")
    parser.add_argument("--windows", type=int, default=24, help="of the text, the first so many")
    parser.add_argument("--window", type=int, default=512, help="tokens: the most that all models take")
    parser.add_argument(
        "--damage_aligns", nargs="*", default=["none"], choices=ALIGNS, help="none given: no table"
    )
    parser.add_argument("--pairs", type=int, default=60, help="of each layer, for the damage")
    parser.add_argument("--probe_windows", type=int, default=8, help="on which each pair is scored")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    options.shares = [share / 100 for share in options.shares]
    for model in options.models:
        report(options, model)


if __name__ == "__main__":
    main()
