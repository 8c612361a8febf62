#!/usr/bin/env python3
"""Whether transformers puts BOS in front of a text, for classes of tokenizers, files, and add_bos_token.

python3 tests/golden/tokenizers/bos.py     # needs transformers 5; reads byte_level.json and the demo's tokenizer.model, writes bos.json
"""

import json
import pathlib
import shutil
import tempfile

import transformers

here = pathlib.Path(__file__).resolve().parent
demo = here.parents[2] / "resources" / "models" / "demo" / "tokenizer.model"
BOS = "<|begin|>"
TEMPLATE = {
    "type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": BOS, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
}


def folder(
    where: pathlib.Path, files: str, config: dict[str, str | bool], post_processor: bool
) -> int | None:
    """Makes a folder with the tokenizer of `files`; the id of BOS, where the files have one."""
    where.mkdir()
    model = dict(
        model_type="qwen2" if config.get("tokenizer_class") == "Qwen2Tokenizer" else "llama",
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        vocab_size=8192,
    )
    (where / "config.json").write_text(json.dumps(model))
    (where / "tokenizer_config.json").write_text(json.dumps(config))
    file = json.loads((here / "byte_level.json").read_text())
    if files == "tokenizer.json":
        # CodeLlamaTokenizer looks for these in the vocabulary
        file["model"]["vocab"] |= {
            t: len(file["model"]["vocab"]) + i for i, t in enumerate(("<unk>", "<s>", "</s>", BOS))
        }
        id = file["model"]["vocab"][BOS]
        file["added_tokens"] = []
        file["pre_tokenizer"] = {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "trim_offsets": True,
            "use_regex": True,
        }
        if post_processor:
            file["post_processor"] = TEMPLATE | {
                "special_tokens": {BOS: {"id": BOS, "ids": [id], "tokens": [BOS]}}
            }
        (where / "tokenizer.json").write_text(json.dumps(file))
        return id
    if files == "tokenizer.model":
        shutil.copy(demo, where)
        return 1
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(here / name, where)
    return None


def main() -> None:
    rows = []
    for files, classes in (
        (
            "tokenizer.json",
            [
                "PreTrainedTokenizerFast",
                "LlamaTokenizer",
                "LlamaTokenizerFast",
                "GPT2Tokenizer",
                "Qwen2Tokenizer",
                "CodeLlamaTokenizer",
                "GPTNeoXTokenizerFast",
                None,
            ],
        ),
        (
            "tokenizer.model",
            ["LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "PreTrainedTokenizerFast"],
        ),
        ("vocab.json", ["GPT2Tokenizer", "GPT2TokenizerFast", "Qwen2Tokenizer"]),
    ):
        for name in classes:
            for flag in (None, True, False):
                for post_processor in (True, False) if files == "tokenizer.json" else (False,):
                    bos = BOS if files != "tokenizer.model" else "<s>"
                    config = dict(bos_token=bos) | (dict(tokenizer_class=name) if name else {})
                    if flag is not None:
                        config["add_bos_token"] = flag
                    with tempfile.TemporaryDirectory() as place:
                        model = pathlib.Path(place, "model")
                        id = folder(model, files, config, post_processor)
                        tokenizer = transformers.AutoTokenizer.from_pretrained(model)
                        ids = tokenizer("The fox")["input_ids"]
                        plain = tokenizer("The fox", add_special_tokens=False)["input_ids"]
                    assert ids[len(ids) - len(plain) :] == plain
                    added = ids[: len(ids) - len(plain)]
                    assert added == ([tokenizer.convert_tokens_to_ids(bos)] if added else [])
                    assert id is None or not added or added == [id]
                    rows.append(
                        {
                            "files": files,
                            "config": config,
                            "post_processor": post_processor,
                            "bos": bool(added),
                        }
                    )
    head = json.dumps({"transformers": transformers.__version__})[1:-1]
    (here / "bos.json").write_text(
        "{" + head + ',\n"rows":[\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}\n"
    )


main()
