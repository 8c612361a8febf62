#!/usr/bin/env python3
"""Ids of texts with added tokens of every kind, by PyPI's `tokenizers`: lstrip, rstrip, single_word, normalized, special ones
that are plain text, ids that leave a gap, and #version lines among the merges.

    python3 tests/golden/tokenizers/added_tokens.py     # reads byte_level.json and llama2.json, writes added_tokens.json
"""

import json
import pathlib
import random
from typing import Any

import tokenizers
from tokenizers import Tokenizer

here = pathlib.Path(__file__).resolve().parent

Json = dict[str, Any]  # an object


def token(id: int, content: str, **flags: bool) -> Json:
    return {
        "id": id,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": False,
    } | flags


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
NFKC = {"type": "NFKC"}
# name, file, what of the file is replaced
CASES = [
    ("lstrip", "byte_level", {"pre_tokenizer": BYTES, "added_tokens": [token(5000, "<mask>", lstrip=True)]}),
    ("rstrip", "byte_level", {"pre_tokenizer": BYTES, "added_tokens": [token(5000, "<mask>", rstrip=True)]}),
    (
        "both",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "added_tokens": [
                token(1203, "<mask>", lstrip=True, rstrip=True),
                token(1204, "mask", lstrip=True, rstrip=True),
            ],
        },
    ),
    (
        "single_word",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "added_tokens": [
                token(1200, "mask", single_word=True),
                token(1201, "<mask>", single_word=True, lstrip=True, rstrip=True),
            ],
        },
    ),
    (
        "single_word, normalized",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "normalizer": NFKC,
            "added_tokens": [
                token(1200, "ma\ufb01sk", single_word=True, normalized=True),
                token(1201, "\u2460", single_word=True, normalized=True),
                token(1202, "\u2461", single_word=True),
            ],
        },
    ),
    (
        "normalized",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "normalizer": NFKC,
            "added_tokens": [
                token(1200, "\ufb01", normalized=True),
                token(1201, "\u00bd", normalized=True),
                token(1202, "<mask>", normalized=True),
                token(1203, "\u00b2"),
            ],
        },
    ),
    (
        "special inside others",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "added_tokens": [
                token(1200, "<mask", rstrip=True),
                token(1201, "<mask>>", special=True),
                token(1202, "mask>"),
                token(1203, "sk", special=True),
            ],
        },
    ),
    (
        "special, normalized",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "added_tokens": [
                token(1200, "<mask>", special=True, normalized=True),
                token(1201, "ask"),
                token(1202, "as", normalized=True),
            ],
        },
    ),
    (
        "the same twice",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "added_tokens": [
                token(1200, "<mask>", lstrip=True),
                token(1201, "ask"),
                token(1202, "<mask>", rstrip=True),
                token(1203, "ask", special=True),
            ],
        },
    ),
    (
        "gaps",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "added_tokens": [
                token(1300, "<mask>"),
                token(1299, "ask"),
                token(7, "the"),
                token(2000, "sk"),
                token(1, "<mask>>"),
            ],
        },
    ),
    (
        "spaces and lines",
        "byte_level",
        {
            "pre_tokenizer": BYTES,
            "added_tokens": [
                token(1200, "\n\n"),
                token(1201, "  "),
                token(1202, "   "),
                token(1203, "<mask>", lstrip=True, rstrip=True),
            ],
        },
    ),
    (
        "a replaced space",
        "llama2",
        {
            "added_tokens": [
                token(0, "<unk>", special=True),
                token(5000, "<mask>", normalized=True),
                token(5001, "mask", normalized=True, lstrip=True),
            ]
        },
    ),
    (
        "a replaced space, raw",
        "llama2",
        {"added_tokens": [token(5000, "<mask>"), token(5001, "mask", rstrip=True)]},
    ),
    (
        "a replaced space, words",
        "llama2",
        {
            "added_tokens": [
                token(5000, "<mask>", normalized=True, single_word=True),
                token(5001, "mask", single_word=True, normalized=True),
            ]
        },
    ),
    (
        "first of a text",
        "llama2",
        {
            "normalizer": None,
            "pre_tokenizer": {
                "type": "Metaspace",
                "replacement": "\u2581",
                "prepend_scheme": "first",
                "split": False,
            },
            "added_tokens": [token(5000, "<mask>"), token(5001, "mask", lstrip=True)],
        },
    ),
    ("version lines", "llama2", {"version_lines": True}),
]
TEXTS = [
    "",
    "<mask>",
    " <mask> ",
    "a   <mask>\u3000\n b<mask>",
    "mask mask, unmask masked _mask mask\u0301 mask",
    "<mask>>mask>",
    "x\u00a0 <mask>\u2003y",
    "ma\ufb01sk mafisk xmafisk",
    "\u2460\u24601 \u2461\u2461 \u24b6mask\u24b6 \u200dmask",
    "\ufb01 fi \u00bd 1\u20442 \u00b2 2",
    "the task asks the flask",
    "<mask><mask>  <mask>\n\n\n<mask>",
    "     \n\n\n ",
    "mask\U0001f130 \u203fmask mask\u2040 \u0903mask \u0661mask \u00b2mask",
    "<mask >< mask>",
    "\u2581<mask>\u2581mask\u2581 mask",
]


def random_texts(count: int) -> list[str]:
    choose = random.Random(11)
    pieces = [
        "<mask>",
        "mask",
        "<mask",
        ">",
        "ask",
        "sk",
        " ",
        "  ",
        "\n",
        "\t",
        "\u00a0",
        "\u3000",
        "the",
        "a",
        "\u00e9",
        "_",
        "7",
        ".",
        "\ufb01",
        "\u2581",
        "\u2460",
        "fi",
    ]
    return ["".join(choose.choice(pieces) for _ in range(choose.randint(1, 12))) for _ in range(count)]


def apply(file: Json, changes: Json) -> Json:
    file = json.loads(json.dumps(file))
    changes = dict(changes)
    if changes.pop("version_lines", False):
        merges = file["model"]["merges"]
        file["model"]["merges"] = [
            "#version: 0.2",
            *merges[:5],
            "#version",
            *merges[5:],
            "#version of nothing at all",
        ]
    return file | changes


def main() -> None:
    files = {}
    for name in ("byte_level", "llama2"):
        files[name] = json.loads((here / f"{name}.json").read_text(encoding="utf-8"))
    texts = TEXTS + random_texts(120)
    lines = []
    for name, base, changes in CASES:
        tokenizer = Tokenizer.from_str(json.dumps(apply(files[base], changes)))
        tokenizer.encode_special_tokens = True  # their text is plain text
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        case = {
            "name": name,
            "file": base,
            "changes": changes,
            "model": {},
            "size": tokenizer.get_vocab_size(),
            "ids": ids,
        }
        lines.append(json.dumps(case, separators=(",", ":")))
    head = json.dumps({"tokenizers": tokenizers.__version__})[1:-1]
    made = ",\n".join(lines)
    with (here / "added_tokens.json").open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            f'{{{head},\n"texts":{json.dumps(texts, separators=(",", ":"))},\n"cases":[\n{made}\n]}}\n'
        )


main()
