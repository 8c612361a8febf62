#!/usr/bin/env python3
"""Ids of texts with added tokens beside a SentencePiece tokenizer.model, by transformers' LlamaTokenizer.

python3 tests/golden/tokenizers/sentencepiece_added.py     # needs transformers 5; writes sentencepiece_added.json
"""

import json
import pathlib
import shutil
import tempfile

import transformers

here = pathlib.Path(__file__).resolve().parent
demo = here.parents[2] / "resources" / "models" / "demo" / "tokenizer.model"
FLAGS = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
DECODER = {
    "4100": FLAGS | {"content": "<mask>", "lstrip": True},
    "4096": FLAGS | {"content": "<think>"},
    "4097": FLAGS | {"content": "word", "single_word": True, "normalized": True},
    "1": FLAGS | {"content": "<s>", "special": True},
}
# what is beside the model: tokenizer_config.json without its class, added_tokens.json, special_tokens_map.json
CASES = [
    ("added_tokens_decoder", {"added_tokens_decoder": DECODER}, None, None),
    (
        "added_tokens.json",
        {},
        {"<|im_end|>": 4097, "<think>": 4096, "<mask>": 4098},
        {"eos_token": "<|im_end|>"},
    ),
    (
        "added_tokens.json and BOS",
        {"add_bos_token": True, "bos_token": "<think>"},
        {"<think>": 4096, "<mask>": 4500},
        None,
    ),
]
TEXTS = [
    "The game was released in 2010 .",
    "The <think>game was",
    "<mask>The game",
    "The <mask> game<think> <think>was",
    "a word , words word",
    "<think>",
    "The game <|im_end|> was",
]


def main() -> None:
    cases = []
    for name, config, added, special in CASES:
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            shutil.copy(demo, folder)
            (folder / "config.json").write_text(json.dumps(dict(model_type="llama")))
            texts = {
                "tokenizer_config.json": dict(tokenizer_class="LlamaTokenizer") | config,
                "added_tokens.json": added,
                "special_tokens_map.json": special,
            }
            for file, value in texts.items():
                if value is not None:
                    (folder / file).write_text(json.dumps(value))
            tokenizer = transformers.AutoTokenizer.from_pretrained(place, split_special_tokens=True)
            ids = [tokenizer(text)["input_ids"] for text in TEXTS]
            cases.append({"name": name, "files": texts, "size": len(tokenizer), "ids": ids})
    head = json.dumps({"transformers": transformers.__version__})[1:-1]
    made = ",\n".join(json.dumps(case) for case in cases)
    (here / "sentencepiece_added.json").write_text(
        f'{{{head},\n"texts":{json.dumps(TEXTS)},\n"cases":[\n{made}\n]}}\n'
    )


main()
