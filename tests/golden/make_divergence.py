#!/usr/bin/env python3
"""Writes divergence.json: how a merged variant of the fixture `bpe` differs from the original over
512 tokens, by transformers in float64 with eager attention.

Needs PyPI's torch, transformers (5.x) and numpy:

    python tests/golden/make_divergence.py
"""

import json
import pathlib

import numpy as np
import torch
import transformers
from make_architectures import merge
from transformers import AutoModelForCausalLM, PreTrainedModel

HERE = pathlib.Path(__file__).parent
MERGES = [
    {"layer": 1, "heads": [[0, 1], [4, 5, 6]], "kv_heads": [[0, 1]]},
    {"layer": 3, "heads": [[2, 3]], "kv_heads": []},
]


def log_probabilities(model: PreTrainedModel, ids: np.ndarray) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.from_numpy(ids)[None]).logits[0, :-1].log_softmax(-1)


def main() -> None:
    ids = (7919 * np.arange(512, dtype=np.int64) + 13) % 5888
    model = AutoModelForCausalLM.from_pretrained(
        HERE.parent / "fixtures/models/bpe", dtype=torch.float64, attn_implementation="eager"
    ).eval()
    original = log_probabilities(model, ids)
    merge(model, MERGES)
    variant = log_probabilities(model, ids)
    targets = torch.from_numpy(ids[1:, None])
    kl = (original.exp() * (original - variant)).sum(-1)
    change = (variant.gather(1, targets).exp() - original.gather(1, targets).exp()).squeeze(1)

    def rounded(values: torch.Tensor) -> list[float]:
        return [float(f"{value:.9g}") for value in values.tolist()]

    golden = {
        "made_with": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "merges": MERGES,
        "nll": rounded(-original.gather(1, targets).squeeze(1)),
        "merged_nll": rounded(-variant.gather(1, targets).squeeze(1)),
        "kl": rounded(kl),
        "same_top": (original.argmax(-1) == variant.argmax(-1)).int().tolist(),
        "metrics": {
            "kl_divergence": kl.mean().item(),
            "kl_divergence_median": kl.quantile(0.5).item(),
            "kl_divergence_p99": kl.quantile(0.99).item(),
            "kl_divergence_p99.9": kl.quantile(0.999).item(),
            "kl_divergence_max": kl.max().item(),
            "same_top": (original.argmax(-1) == variant.argmax(-1)).double().mean().item(),
            "target_probability_change": change.mean().item(),
            "target_probability_change_rms": change.square().mean().sqrt().item(),
            "target_probability_change_p5": change.quantile(0.05).item(),
            "ln_perplexity_ratio": (original - variant).gather(1, targets).mean().item(),
        },
    }
    (HERE / "divergence.json").write_text(json.dumps(golden) + "\n")
    print(golden["metrics"])


if __name__ == "__main__":
    main()
