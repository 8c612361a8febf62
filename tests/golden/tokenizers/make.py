#!/usr/bin/env python3
"""Makes the tokenizers and ids that test_tokenizer_families compares with: PyPI's `tokenizers` trains two
small vocabularies on the test split of WikiText-2 and encodes texts with them in the way of several families.

    python3 tests/golden/tokenizers/make.py     # writes byte_level.json, llama2.json, vocab.json, merges.txt, cases.json
"""

import json
import pathlib
import random
from typing import Any

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

here = pathlib.Path(__file__).resolve().parent
corpus = here.parents[2] / "resources" / "wikitext-2" / "wiki.test.raw"

Json = dict[str, Any]  # an object


def write(name: str, text: str) -> None:
    with (here / name).open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def added(id: int, content: str, special: bool = True, normalized: bool = False) -> Json:
    return {
        "id": id,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": normalized,
        "special": special,
    }


def train(pre_tokenizer: pre_tokenizers.PreTokenizer, size: int, alphabet: list[str]) -> Json:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train([str(corpus)], trainer)
    return json.loads(tokenizer.to_str())


def byte_level() -> Json:
    file = train(pre_tokenizers.ByteLevel(add_prefix_space=False), 1200, pre_tokenizers.ByteLevel.alphabet())
    size = len(file["model"]["vocab"])
    file["added_tokens"] = [
        added(size, "<|begin|>"),
        added(size + 1, "<think>", special=False),
        added(size + 2, "<think>>", special=False, normalized=True),
    ]
    file["pre_tokenizer"] = file["decoder"] = None
    return file


def llama2() -> Json:
    """As transformers writes Llama 2's: bytes as tokens, spaces as U+2581, merges as strings."""
    file = train(pre_tokenizers.Metaspace(), 800, [])
    model = file["model"]
    first = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    # The rarer half of the characters goes without a token.
    known = sorted(model["vocab"], key=model["vocab"].get)
    kept = [token for token in known if len(token) > 1 or token.isascii() or token == "\u2581"]
    model["vocab"] = {token: id for id, token in enumerate(first + kept)}
    model["merges"] = [
        " ".join(pair)
        for pair in model["merges"]
        if all(part in model["vocab"] for part in (*pair, "".join(pair)))
    ]
    model |= {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}
    file["added_tokens"] = [added(id, token) for id, token in enumerate(first[:3])]
    file["normalizer"] = {
        "type": "Sequence",
        "normalizers": [
            {"type": "Prepend", "prepend": "\u2581"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
        ],
    }
    file["pre_tokenizer"] = file["decoder"] = None
    file["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
    }
    return file


def split(pattern: str, behavior: str = "Isolated", invert: bool = False, kind: str = "Regex") -> Json:
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def sequence(*steps: Json) -> Json:
    return {"type": "Sequence", "pretokenizers": list(steps)}


def bytes_step(use_regex: bool = False, add_prefix_space: bool = False) -> Json:
    return {
        "type": "ByteLevel",
        "add_prefix_space": add_prefix_space,
        "trim_offsets": True,
        "use_regex": use_regex,
    }


def metaspace(prepend_scheme: str, split: bool) -> Json:
    return {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": prepend_scheme, "split": split}


QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# name, file, what of the file is replaced, and model options
CASES = (
    [
        ("gpt2", "byte_level", {"pre_tokenizer": bytes_step(use_regex=True)}, {}),
        (
            "gpt2 with a space in front",
            "byte_level",
            {"pre_tokenizer": bytes_step(use_regex=True, add_prefix_space=True)},
            {},
        ),
        (
            "llama3",
            "byte_level",
            {"pre_tokenizer": sequence(split(LLAMA3), bytes_step())},
            {"ignore_merges": True},
        ),
        ("llama3 with merges", "byte_level", {"pre_tokenizer": sequence(split(LLAMA3), bytes_step())}, {}),
        (
            "qwen2",
            "byte_level",
            {"normalizer": {"type": "NFC"}, "pre_tokenizer": sequence(split(QWEN2), bytes_step())},
            {},
        ),
        (
            "smollm",
            "byte_level",
            {
                "pre_tokenizer": sequence(
                    {"type": "Digits", "individual_digits": True}, bytes_step(use_regex=True)
                )
            },
            {},
        ),
        (
            "digits together",
            "byte_level",
            {
                "pre_tokenizer": sequence(
                    {"type": "Digits", "individual_digits": False}, bytes_step(use_regex=True)
                )
            },
            {},
        ),
        (
            "deepseek",
            "byte_level",
            {
                "normalizer": {"type": "Sequence", "normalizers": []},
                "pre_tokenizer": sequence(
                    split(r"\p{N}{1,3}"), split("[一-龥\u3040-ゟ゠-ヿ]+"), split(DEEPSEEK), bytes_step()
                ),
            },
            {},
        ),
        ("o200k", "byte_level", {"pre_tokenizer": sequence(split(O200K), bytes_step())}, {}),
        (
            "a space in front of each piece",
            "byte_level",
            {"pre_tokenizer": sequence(split("[a-m]+"), bytes_step(add_prefix_space=True))},
            {},
        ),
        ("nfd", "byte_level", {"normalizer": {"type": "NFD"}, "pre_tokenizer": bytes_step()}, {}),
        ("nfkc", "byte_level", {"normalizer": {"type": "NFKC"}, "pre_tokenizer": bytes_step()}, {}),
        (
            "nfkd and a replacement",
            "byte_level",
            {
                "normalizer": {
                    "type": "Sequence",
                    "normalizers": [
                        {"type": "NFKD"},
                        {"type": "Replace", "pattern": {"Regex": "[aeiou]+"}, "content": "$1"},
                    ],
                },
                "pre_tokenizer": bytes_step(),
            },
            {},
        ),
        (
            "bytes without a token",
            "byte_level",
            {
                "pre_tokenizer": bytes_step(use_regex=True),
                "added_tokens": [],
                "without": ["Ġ", "e", "t", "a"],
            },
            {},
        ),
        ("llama2", "llama2", {}, {}),
        ("llama2 without byte tokens", "llama2", {}, {"byte_fallback": False}),
        ("llama2, each unknown by itself", "llama2", {}, {"byte_fallback": False, "fuse_unk": False}),
        ("llama2 with some byte tokens", "llama2", {"without": ["<0xC3>", "<0xE4>", "<0xF0>"]}, {}),
        ("llama2 without unknown", "llama2", {}, {"byte_fallback": False, "unk_token": None}),
        ("llama2, whole words first", "llama2", {}, {"ignore_merges": True}),
        ("mistral", "llama2", {"normalizer": None, "pre_tokenizer": metaspace("first", False)}, {}),
        ("metaspace", "llama2", {"normalizer": None, "pre_tokenizer": metaspace("always", True)}, {}),
        ("metaspace never", "llama2", {"normalizer": None, "pre_tokenizer": metaspace("never", True)}, {}),
        (
            "metaspace after a split",
            "llama2",
            {"normalizer": None, "pre_tokenizer": sequence(split("[.,]"), metaspace("first", True))},
            {},
        ),
    ]
    + [
        (
            f"split {behavior}{' inverted' if invert else ''}",
            "byte_level",
            {"pre_tokenizer": sequence(split("[aeiou ]", behavior, invert), bytes_step())},
            {},
        )
        for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")
        for invert in (False, True)
    ]
    + [
        (
            "split by a string",
            "byte_level",
            {"pre_tokenizer": sequence(split("e ", "MergedWithPrevious", kind="String"), bytes_step())},
            {},
        ),
        (
            "split by nothing",
            "byte_level",
            {"pre_tokenizer": sequence(split("q*", "Isolated"), bytes_step())},
            {},
        ),
    ]
)


def apply(file: Json, changes: Json, options: Json) -> Json:
    file = json.loads(json.dumps(file))
    changes = dict(changes)
    for token in changes.pop("without", []):
        del file["model"]["vocab"][token]
        file["model"]["merges"] = [merge for merge in file["model"]["merges"] if not mentions(merge, token)]
    file |= changes
    file["model"] |= options
    return file


def mentions(merge: str | list[str], token: str) -> bool:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return token in (left, right, left + right) or token in left + right


TEXTS = [
    "",
    " ",
    "  ",
    "\n",
    "\r\n\r\n",
    "\t",
    "Hello world",
    " Hello",
    "don't I'LL WE'VE 'sa 'ſ",
    "3333333333 1234567",
    "trailing  ",
    "  leading",
    "a \n b\n\n  c",
    "é e\u0301 ﬁ Å Ω K 가 \u1100\u1161 각 q\u0323\u0307 q\u0307\u0323",
    "x = {'a': [1, 2]}  # done\r\n",
    "你好,世界 ひらがな カタカナ",
    "a<think>b <think>> <|begin|></s><s>",
    "😀👩‍👩‍👧 zwj",
    "\u00a0nbsp\u2003em\u3000ideographic\u0085nel\u200bzero",
    "ÀÉÎõü ßẞ ŉ İı",
    "e. e, .e ,, ..",
    "aeiou xyz  aaa",
    "<0x41> <unk>",
    "\u2581 \u2581\u2581a",
    "qqq qq",
    "٣٤٥ ²³ ½ Ⅷ",
    "a\u180eb \u180e c",
]
POOLS = [
    "etaoin shrdlu",
    "ETAOIN",
    "0123456789",
    "    \n\n\t\r",
    ".,;:!?'\"()[]{}<>-_/\\@#$%^&*+=|~`",
    "éàüñçøßœ",
    "\u0301\u0308\u0323\u0327\u093c\u3099",
    "你好世界漢字",
    "가각힣\u1100\u1161\u11a8",
    "مرحبا",
    "нещо",
    "😀🚀👩‍",
    "\u00a0\u2003\u3000\u0085\u200b\u2028\u205f\u1680\u180e",
    "\ufffd\u017f\u212a\U0010ffff\0\x7f",
    "ﬁﷺ½²Ⅷ",
]


def random_texts(count: int) -> list[str]:
    choose = random.Random(7)
    texts = []
    for _ in range(count):
        pools = choose.sample(POOLS, choose.randint(1, 4))
        texts.append("".join(choose.choice(choose.choice(pools)) for _ in range(choose.randint(1, 24))))
    return texts


def main() -> None:
    files = {"byte_level": byte_level(), "llama2": llama2()}
    for name, file in files.items():
        write(f"{name}.json", json.dumps(file, ensure_ascii=False, separators=(",", ":")) + "\n")
    model = files["byte_level"]["model"]
    write("vocab.json", json.dumps(model["vocab"], separators=(",", ":")) + "\n")
    write("merges.txt", "#version: 0.2\n" + "".join(" ".join(pair) + "\n" for pair in model["merges"]))

    texts = TEXTS + random_texts(60)
    lines = []
    for name, base, changes, options in CASES:
        tokenizer = Tokenizer.from_str(json.dumps(apply(files[base], changes, options)))
        tokenizer.encode_special_tokens = True  # their text is plain text
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        case = {"name": name, "file": base, "changes": changes, "model": options, "ids": ids}
        lines.append(json.dumps(case, ensure_ascii=False, separators=(",", ":")))
    head = json.dumps({"tokenizers": tokenizers.__version__})[1:-1]
    made = ",\n".join(lines)
    shared = json.dumps(texts, separators=(",", ":"))
    write("cases.json", f'{{{head},\n"texts":{shared},\n"cases":[\n{made}\n]}}\n')


main()
