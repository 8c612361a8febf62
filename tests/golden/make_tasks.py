#!/usr/bin/env python3
"""Writes tasks/: 40 items for every task, in the layout of each data set's own file, and tasks.json:
what lm-evaluation-harness 0.4.13 with transformers makes of them on the fixture `bpe`, in float32.

The items are made here from lists of words; they are no items of the data sets. Needs PyPI's torch,
transformers (5.x), lm-eval 0.4.13 and datasets:

    python tests/golden/make_tasks.py [MODEL_FOLDER GOLDEN_FILE]
"""

import csv
import json
import pathlib
import random
import sys
import tempfile

import lm_eval
from lm_eval.api.task import ConfigurableTask
from lm_eval.evaluator import evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks._yaml_loader import load_yaml

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "tasks"
COUNT = 40
RANDOM = random.Random(20261130)

SOURCES = {
    "arc_easy": "arc/arc_easy.yaml",
    "arc_challenge": "arc/arc_challenge.yaml",
    "winogrande": "winogrande/default.yaml",
    "boolq": "super_glue/boolq/default.yaml",
    "lambada_openai": "lambada/lambada_openai.yaml",
    "mmlu": "mmlu/default/mmlu_high_school_physics.yaml",
    "mmlu_5shot": "mmlu/default/mmlu_high_school_physics.yaml",
}
WHO = [
    "The baker",
    "A young engineer",
    "My neighbour",
    "The choir",
    "Zoë",
    "An old sailor",
    "The teacher",
    "İrem",
]
DID = ["opened", "repaired", "painted", "carried", "measured", "sold", "found", "photographed"]
WHAT = [
    "a wooden boat",
    "the north gate",
    "three copper kettles",
    "a map of the river",
    "the café's piano",
    "two heavy ropes",
    "a glass lens",
    "the town clock",
]
WHEN = [
    "before sunrise",
    "in March 1911",
    "while it rained",
    "after the long war",
    "at 7:30 p.m.",
    "every Sunday",
]
WHY = [
    "because nobody else would",
    "to win a bet",
    "for the winter fair",
    "so that the children could play",
    "without saying a word",
    "and then went home",
]
FACTS = [
    "Water expands when it freezes",
    "Iron rusts in moist air",
    "The moon reflects the light of the sun",
    "Bees carry pollen between flowers",
    "Sound needs a medium",
    "Roots take up minerals",
]
ANSWERS = [
    "water",
    "iron",
    "the sun",
    "a magnet",
    "photosynthesis",
    "gravity",
    "an electric current",
    "copper wire",
    "limestone",
    "carbon dioxide",
    "the Earth's rotation",
    "heat",
]


def sentence() -> str:
    return f"{RANDOM.choice(WHO)} {RANDOM.choice(DID)} {RANDOM.choice(WHAT)} {RANDOM.choice(WHEN)}"


def pick(values: list[str], count: int) -> list[str]:
    return RANDOM.sample(values, count)


def hellaswag(number: int) -> dict:
    wiki = number % 2 == 0
    return {
        "ind": number,
        "activity_label": RANDOM.choice(["Home and Garden", "Playing water polo", "Cutting the grass"]),
        "ctx_a": f"[header] How to mend {RANDOM.choice(WHAT)} [title] Begin early."
        if wiki
        else sentence() + ".",
        "ctx_b": RANDOM.choice(["the Man", "she then  SAYS that it", "élan carries him, and he", ""]),
        "endings": [
            f"{RANDOM.choice(DID)} {RANDOM.choice(WHAT)} {RANDOM.choice(WHY)}."
            + (" [substeps] Do not hurry." if wiki and i % 2 else "")
            for i in range(4)
        ],
        "label": RANDOM.randrange(4),
    }


def labelled(count: int) -> tuple[list[str], list[str], str]:
    labels = ["1", "2", "3", "4", "5"] if RANDOM.random() < 0.2 else ["A", "B", "C", "D", "E"]
    labels = labels[:count]
    return pick(ANSWERS, count), labels, RANDOM.choice(labels)


def raw_question(stem: str, count: int) -> tuple[dict, dict]:
    """As the data set's own file has it, and as the Hub has it."""
    texts, labels, key = labelled(count)
    raw = {
        "id": stem[:8],
        "answerKey": key,
        "question": {
            "stem": stem,
            "choices": [{"text": t, "label": x} for t, x in zip(texts, labels, strict=True)],
        },
    }
    return raw, {
        "id": stem[:8],
        "question": stem,
        "question_stem": stem,
        "answerKey": key,
        "choices": {"text": texts, "label": labels},
    }


def winogrande(_: int) -> dict:
    one, two = pick(WHO, 2)
    return {
        "sentence": f"{one} {RANDOM.choice(DID)} {RANDOM.choice(WHAT)} for {two} {RANDOM.choice(WHEN)}, "
        f"because _ {RANDOM.choice(['was too tired to do it', 'had lost the key', 'asked for it'])}.",
        "option1": one,
        "option2": two,
        "answer": RANDOM.choice(["1", "2"]),
    }


def write_lines(name: str, records: list[dict]) -> None:
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (FOLDER / name).write_text(text, encoding="utf-8")


def make_files() -> dict[str, list[dict]]:
    """Writes the raw files; returns what lm-eval reads for each task, as the Hub has it."""
    FOLDER.mkdir(exist_ok=True)
    numbers = range(COUNT)
    hub = {}
    hub["hellaswag"] = [hellaswag(i) for i in numbers]
    write_lines("hellaswag_val.jsonl", hub["hellaswag"])
    for name, file in (
        ("arc_easy", "ARC-Easy-Test.jsonl"),
        ("arc_challenge", "ARC-Challenge-Test.jsonl"),
        ("openbookqa", "obqa_test.jsonl"),
    ):
        pairs = [
            raw_question(
                f"{RANDOM.choice(FACTS)}. {sentence()}. What caused it"
                + ("?" if name != "openbookqa" else ""),
                4 if i % 7 else 3,
            )
            for i in numbers
        ]
        write_lines(file, [raw for raw, _ in pairs])
        hub[name] = [shaped for _, shaped in pairs]
    piqa = [
        {
            "goal": f"How do you {RANDOM.choice(['lift', 'clean', 'store'])} {RANDOM.choice(WHAT)}?",
            "sol1": f"Use {RANDOM.choice(ANSWERS)} {RANDOM.choice(WHEN)}.",
            "sol2": f"{RANDOM.choice(WHO)} knows.",
        }
        for _ in numbers
    ]
    labels = [RANDOM.randrange(2) for _ in numbers]
    write_lines("valid.jsonl", piqa)
    (FOLDER / "valid-labels.lst").write_text("".join(f"{label}\n" for label in labels))
    hub["piqa"] = [{**item, "label": label} for item, label in zip(piqa, labels, strict=True)]
    hub["winogrande"] = [winogrande(i) for i in numbers]
    write_lines("winogrande_dev.jsonl", hub["winogrande"])
    boolq = [
        {
            "question": f"did {RANDOM.choice(WHO).lower()} see {RANDOM.choice(WHAT)}",
            "passage": f"{sentence()}. {RANDOM.choice(FACTS)}. {sentence()} {RANDOM.choice(WHY)}.",
            "answer": RANDOM.random() < 0.5,
        }
        for _ in numbers
    ]
    write_lines("boolq_val.jsonl", boolq)
    hub["boolq"] = [
        {"question": i["question"], "passage": i["passage"], "label": int(i["answer"])} for i in boolq
    ]
    hub["lambada_openai"] = [
        {
            "text": f'{sentence()}, {RANDOM.choice(WHY)}. "{RANDOM.choice(FACTS)}," said '
            f"{RANDOM.choice(WHO).lower()}, and {RANDOM.choice(DID)} {RANDOM.choice(WHAT)}"
        }
        for _ in numbers
    ]
    write_lines("lambada_test.jsonl", hub["lambada_openai"])
    for split, subject, count in (("test", "high_school_physics", 40), ("dev", "high_school_physics", 5)):
        rows = [
            [
                f'{RANDOM.choice(FACTS)}, "always".\nWhich of these, {RANDOM.choice(WHO)} asked? ',
                *pick(ANSWERS, 4),
                RANDOM.choice("ABCD"),
            ]
            for _ in range(count)
        ]
        file = FOLDER / "mmlu" / split / f"{subject}_{split}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)
        hub["mmlu_" + split] = [
            {"question": r[0], "choices": r[1:5], "answer": "ABCD".index(r[5]), "subject": subject}
            for r in rows
        ]
    return hub


def task_of(name: str, config: dict, splits: dict[str, list[dict]], folder: pathlib.Path) -> ConfigurableTask:
    files = {}
    for split, records in splits.items():
        files[split] = str(folder / f"{name}_{split}.jsonl")
        pathlib.Path(files[split]).write_text("".join(json.dumps(r) + "\n" for r in records))
    config = {
        k: v for k, v in config.items() if k not in ("dataset_name", "tag", "task_alias", "group", "include")
    }
    for split in ("training_split", "validation_split", "test_split", "fewshot_split"):
        if config.get(split) not in splits:
            config.pop(split, None)
    config.update(task=name, dataset_path="json", dataset_kwargs={"data_files": files})
    return ConfigurableTask(config=config)


def main() -> None:
    hub = make_files()
    model = sys.argv[1] if len(sys.argv) > 1 else str(HERE.parent / "fixtures/models/bpe")
    golden = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "tasks.json"
    lm = HFLM(pretrained=model, device="cpu", dtype="float32", batch_size=1)
    results = {"made_with": f"lm-eval {lm_eval.__version__}", "tasks": {}}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for name in (
            "hellaswag",
            "arc_easy",
            "arc_challenge",
            "piqa",
            "winogrande",
            "boolq",
            "openbookqa",
            "lambada_openai",
            "mmlu",
            "mmlu_5shot",
        ):
            source = SOURCES.get(name, f"{name}/{name}.yaml")
            config = load_yaml(pathlib.Path(lm_eval.__file__).parent / "tasks" / source)
            if name.startswith("mmlu"):
                splits = {"test": hub["mmlu_test"], "dev": hub["mmlu_dev"]}
            else:
                split = config.get("test_split") or config.get("validation_split")
                splits = {split: hub[name]}
            task = task_of(name, config, splits, folder)
            if name == "mmlu_5shot":
                task.set_config(key="num_fewshot", value=5)
            out = evaluate(lm=lm, task_dict={name: task}, bootstrap_iters=0, log_samples=True)
            found = {
                k.split(",")[0]: v
                for k, v in out["results"][name].items()
                if isinstance(v, float) and "stderr" not in k
            }
            samples = sorted(out["samples"][name], key=lambda sample: sample["doc_id"])
            items = [
                [
                    response if isinstance(response, float) else response[0]
                    for response in (
                        r[0] if isinstance(r[0], tuple | list) else r for r in sample["filtered_resps"]
                    )
                ]
                if name != "lambada_openai"
                else [sample["filtered_resps"][0][0]]
                for sample in samples
            ]
            results["tasks"][name] = {"metrics": found, "log_likelihoods": items}
            print(name, found, items[0])
    golden.write_text(json.dumps(results) + "\n")


if __name__ == "__main__":
    main()
