"""A model, and what Headscope tells about it."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headscope import program
from headscope.program import Event

Progress = Callable[[Event], None]


class Model:
    """A checkpoint on disk. Nothing is kept in memory: each method starts the program and waits for it.

    All methods take the options of their command as keywords, for example `layers="0-3"`, `device="cuda"`,
    `max_windows=20`, and raise a headscope.Error with the program's text.
    """

    path: str | None
    """The folder or file; None for the demo model."""
    info: Event
    """What `headscope info` tells: model_type, num_hidden_layers, num_attention_heads, notes, ..."""
    progress: Progress | None
    """Called with each JSON line of every command, such as {"event": "progress", "done": 3, ...}."""

    def __init__(self, path: str | os.PathLike[str] | None = None, progress: Progress | None = None) -> None:
        self.path = None if path is None else os.fspath(path)
        self.progress = progress
        self.info = self.run("info")

    def __repr__(self) -> str:
        about = self.info
        return (
            f"<headscope.Model {self.path or 'demo'}: {about.get('model_type', 'unknown')}, "
            f"{about.get('num_hidden_layers', '?')} layers of {about.get('num_attention_heads', '?')} heads>"
        )

    def similarity(self, measure: str = "q", **options: object) -> dict[int, NDArray[np.float64]]:
        """How similar the heads of each layer are: {layer: [heads, heads]}, symmetric, 1 on the diagonal.

        Measures: q, k, v, o, qk, qkvo, qk-circuit, ov-circuit, attention, output, cka (docs/measures.md).
        """
        matrices = {}
        for event in self.events("similarity", measure=measure, **options):
            if event["event"] == "similarity":
                heads = event["heads"]
                matrices[event["layer"]] = np.asarray(event["values"], dtype=np.float64).reshape(heads, heads)
        return matrices

    def plan(self, threshold: float | None = None, **options: object) -> Event:
        """What a threshold, or `remove`, `merge`, `layer_thresholds` or `plan`, would change.

        `summary` counts heads and savings; `layers` maps each layer's number to its pairs, groups,
        kv_groups and side_effect_heads.
        """
        plan = self.run("plan", threshold=threshold, **options)
        plan["layers"] = {int(layer): of_layer for layer, of_layer in plan["layers"].items()}
        return plan

    def plans(self, thresholds: Iterable[float], **options: object) -> list[Event]:
        """The plan of each threshold, from one measurement."""
        found = []
        for event in self.events("plan", thresholds=list(thresholds), **options):
            if event["event"] == "plan":
                event["layers"] = {int(layer): of_layer for layer, of_layer in event["layers"].items()}
                found.append(event)
        return found

    def evaluate(self, thresholds: float | Iterable[float] = (), **options: object) -> Event:
        """Perplexity and accuracy of the model and of a variant merged at each threshold.

        Returns the settings with `variants`, the original first: each has `threshold`, `metrics` (values with
        95 % intervals) and `change` against the original, paired by sequence. With `tasks={"piqa": file}`
        also `tasks`. An interval that one sequence cannot give is None. With `protocol="gptq,pruner-128"` also
        `results`, one for each protocol, of which the first is the returned one.
        """
        chosen = [thresholds] if isinstance(thresholds, (int, float)) else list(thresholds)
        tasks: Event = {}
        results: list[Event] = []
        for event in self.events("evaluate", thresholds=chosen or None, **options):
            if event["event"] == "tasks":
                tasks = {"tasks": event["tasks"]}
            elif event["event"] == "result":
                results.append(event)
        result = {**(results[0] if results else {}), **tasks}
        return {**result, "results": results} if len(results) > 1 else result

    def heads(self, **options: object) -> dict[str, NDArray[Any]]:
        """What each head does over a text: {score: [layers, heads]}, and `layers`, the rows' numbers.

        Scores by the program's names: entropy, first-token, previous-token, induction, ... (docs/heads.md).
        A layer with fewer heads than another has NaN in their place. `repeated=True` reads random tokens that
        repeat, where induction heads show.
        """
        rows = [event for event in self.events("heads", **options) if event["event"] == "head_scores"]
        scores: dict[str, NDArray[Any]] = {"layers": np.array([row["layer"] for row in rows], dtype=np.int64)}
        for name in rows[0] if rows else ():
            if name in {"event", "layer"}:
                continue
            table = np.full((len(rows), max(len(row[name]) for row in rows)), np.nan)
            for to, row in zip(table, rows, strict=True):
                to[: len(row[name])] = row[name]
            scores[name] = table
        return scores

    def run(
        self, command: str, *values: object, progress: Progress | None = None, **options: object
    ) -> Event:
        """Runs any command on this model and returns its last line, the result.

        `model.run("batch", thresholds=[0.98, 0.99], output_dir="results")` writes results files too and
        returns `runs`; search, compress, damage, export and protocols work alike.
        """
        return program.run(
            command, *values, progress=progress or self.progress, model_path=self.path, **options
        )

    def events(self, command: str, *values: object, **options: object) -> Iterator[Event]:
        """Runs any command on this model and yields its JSON lines as they come."""
        for event in program.events(command, *values, model_path=self.path, **options):
            if self.progress is not None:
                self.progress(event)
            yield event


def open(  # noqa: A001 - read as headscope.open
    path: str | os.PathLike[str] | None = None, *, progress: Progress | None = None
) -> Model:
    """Opens a model folder, a GGUF file or a file of a model; without a path, the demo model."""
    return Model(path, progress)
