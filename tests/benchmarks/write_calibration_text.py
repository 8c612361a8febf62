#!/usr/bin/env python3
"""Has a model write text to calibrate and distill it on, behind what a text begins with.

write_calibration_text.py MODEL TEXT OUTPUT [--sequences 640] [--tokens 900]

MODEL is a folder that transformers opens. Each sequence goes on from 32 tokens of TEXT, sampled at temperature 1 from the
most likely 98 %, and ends where the model ends it. OUTPUT gets TEXT and, behind it, what was written. Needs torch and
transformers, and a GPU to be fast.
"""

import argparse
import random
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

PROMPT = 32


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--sequences", type=int, default=640)
    parser.add_argument("--tokens", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.bfloat16).to(device).eval()
    text = options.text.read_text(encoding="utf-8")
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    starts = [random.randrange(len(ids) - PROMPT) for _ in range(options.sequences)]
    prompts = torch.tensor([ids[start : start + PROMPT] for start in starts], device=device)
    with torch.inference_mode():
        written = model.generate(
            prompts,
            attention_mask=torch.ones_like(prompts),
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=0.98,
            max_new_tokens=options.tokens,
            eos_token_id=None,
            pad_token_id=0,
        )
    ends = set(tokenizer.all_special_ids)
    sequences = []
    for row in written.tolist():
        end = next((i for i, token in enumerate(row) if token in ends), len(row))
        sequences.append(tokenizer.decode(row[PROMPT // 2 : end]))
    options.output.write_text(text + "\n\n" + "\n\n".join(sequences), encoding="utf-8")
    print(f"{sum(len(tokenizer(s)['input_ids']) for s in sequences)} tokens written")


if __name__ == "__main__":
    main()
