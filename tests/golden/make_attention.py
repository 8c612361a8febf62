"""Writes attention.json: attention rows of the demo model and scores of its heads, by transformers.

Usage: python tests/golden/make_attention.py
Needs torch and transformers 5 or later. Rows are those of `output_attentions` with the eager
implementation, in float32; scores follow from them by the definitions in core/heads/head_scores.h.
"""

import json
import pathlib

import torch
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).parents[2]
LENGTH = 24
ROWS = (0, 1, 11, 23)


def scores(attention: torch.Tensor, ids: list[int]) -> dict[str, list[float]]:
    """attention: [heads, tokens, tokens], float64. A list a score, by head."""
    tokens = len(ids)
    sums = {
        name: torch.zeros(len(attention), dtype=torch.float64)
        for name in ("entropy", "first-token", "previous-token", "duplicate-token", "induction", "distance")
    }
    repeats = 0
    for query in range(tokens):
        row = attention[:, query, : query + 1]
        sums["entropy"] -= (row * row.clamp_min(1e-300).log()).sum(-1)
        sums["distance"] += (row * torch.arange(query, -1, -1)).sum(-1)
        if query > 0:
            sums["first-token"] += row[:, 0]
            sums["previous-token"] += row[:, query - 1]
        copies = [key for key in range(query) if ids[key] == ids[query]]
        repeats += bool(copies)
        for key in copies:
            sums["duplicate-token"] += row[:, key]
            sums["induction"] += row[:, key + 1]
    counts = {
        "entropy": tokens,
        "distance": tokens,
        "first-token": tokens - 1,
        "previous-token": tokens - 1,
        "duplicate-token": max(1, repeats),
        "induction": max(1, repeats),
    }
    return {name: (value / counts[name]).tolist() for name, value in sums.items()}


def main() -> None:
    model = AutoModelForCausalLM.from_pretrained(
        ROOT / "resources/models/demo", dtype=torch.float32, attn_implementation="eager"
    )
    model.eval()
    # Tokens that come again, so that duplicate-token and induction scores are of something.
    half = [(17 * i + 5) % 250 + 3 for i in range(LENGTH // 2)]
    ids = half + half
    norms: list[torch.Tensor] = []
    residuals: list[torch.Tensor] = []
    activations: list[torch.Tensor] = []

    def keep(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], _: torch.Tensor) -> None:
        heads = model.config.num_attention_heads
        z = inputs[0][0].double().unflatten(-1, (heads, -1))
        o = module.weight.double().unflatten(-1, (heads, -1))
        written = torch.einsum("thd,xhd->thx", z, o).norm(dim=-1)
        norms.append(written.square().mean(0).sqrt())
        activations.append(written / residuals[-1][:, None])

    def keep_residual(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        residuals.append(inputs[0][0].double().norm(dim=-1))

    for layer in model.model.layers:
        layer.register_forward_pre_hook(keep_residual)
        layer.self_attn.o_proj.register_forward_hook(keep)
    with torch.no_grad():
        output = model(torch.tensor([ids]), output_attentions=True)
    layers = []
    for attention, norm, activation in zip(output.attentions, norms, activations, strict=True):
        wide = attention[0].double()
        layers.append(
            {
                "rows": {
                    str(row): [[round(x, 7) for x in head[row, : row + 1].tolist()] for head in wide]
                    for row in ROWS
                },
                "scores": {
                    **{name: [round(x, 7) for x in values] for name, values in scores(wide, ids).items()},
                    "output-norm": [round(x, 7) for x in norm.tolist()],
                },
                # Of core/heads/passages.h, [token][head].
                "activations": [[round(x, 7) for x in token] for token in activation.tolist()],
            }
        )
    path = pathlib.Path(__file__).with_name("attention.json")
    path.write_text(json.dumps({"ids": ids, "layers": layers}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
