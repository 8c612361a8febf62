"""Writes rolling.json: what lm-evaluation-harness makes of pages of WikiText with the test model.

    pip install lm_eval==0.4.13 torch transformers
    python3 make_rolling.py ../../resources > rolling.json

The first pages of the test split, cut as EleutherAI/wikitext_document_level cuts them, detokenized
and scored by HFLM.loglikelihood_rolling in windows of 64 tokens, float32.
"""

import json
import pathlib
import re
import sys
from collections.abc import Callable

import lm_eval
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

PAGES, WINDOW = 2, 64


def pages_of(text: str) -> list[str]:
    pages, page = [], []
    for line in text.split("\n"):
        heading = line.replace("= = =", "===").replace("= =", "==").strip()
        if heading.startswith("= ") and heading.endswith(" ="):
            if "\n".join(page).strip():
                pages.append("\n".join(page))
            page = []
        page.append(line)
    return [*pages, "\n".join(page)]


def detokenizer() -> Callable[[dict], str]:
    source = pathlib.Path(lm_eval.__file__).parent / "tasks/wikitext/preprocess_wikitext.py"
    names: dict = {}
    exec(compile(source.read_text(), source, "exec"), names)
    return names["wikitext_detokenizer"]


def main() -> None:
    resources = pathlib.Path(sys.argv[1])
    text = (resources / "wikitext-2/wiki.test.raw").read_text(encoding="utf-8")
    all_pages = pages_of(text)
    detokenize = detokenizer()
    model = HFLM(
        pretrained=str(resources / "../tests/fixtures/models/bpe"),
        max_length=WINDOW,
        dtype="float32",
        device="cpu",
    )
    pages = all_pages[:PAGES]
    requests = [
        Instance("loglikelihood_rolling", {}, (detokenize({"page": page}),), i)
        for i, page in enumerate(pages)
    ]
    likelihoods = model.loglikelihood_rolling(requests, disable_tqdm=True)
    result = {
        "lm_eval": lm_eval.__version__,
        "window": WINDOW,
        "page_count": len(all_pages),
        "all_words": sum(len(re.split(r"\s+", page)) for page in all_pages),
        "all_detokenized_bytes": sum(len(detokenize({"page": p}).encode()) for p in all_pages),
        "pages": [
            {
                "words": len(re.split(r"\s+", page)),
                "bytes": len(page.encode()),
                "log_likelihood": likelihood,
            }
            for page, likelihood in zip(pages, likelihoods, strict=True)
        ],
    }
    json.dump(result, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
