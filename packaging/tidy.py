#!/usr/bin/env python3
"""Runs clang-tidy over the sources of app, core and ui; every finding is an error.

    packaging/tidy.py BUILD [--all] [SOURCE ...]

BUILD is a configured build folder. A source is checked again when it, a header of ours that it includes, or
.clang-tidy changed since its last check without findings (BUILD/tidy/passed.json); --all checks every one.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Flags of GCC that clang does not know, and precompiled headers, which only the compiler that made them reads.
DROPPED = re.compile(
    r"-fpch-preprocess|-Winvalid-pch|-Werror|-Wno-(maybe-uninitialized|restrict|stringop-\w+|array-bounds)"
)
INCLUDE = re.compile(r'^#include "((?:app|core|ui)/[^"]+)"', re.MULTILINE)


def clang_arguments(command: str) -> list[str]:
    """The compile command without what clang cannot read."""
    words = shlex.split(command)
    kept: list[str] = []
    skip = False
    for index, word in enumerate(words):
        if skip:
            skip = False
        elif word == "-include" and words[index + 1].endswith("cmake_pch.hxx"):
            skip = True
        elif not DROPPED.fullmatch(word):
            kept.append(word)
    # Behind ccache and `cmake -E env`, the compiler comes first that is no option and no assignment.
    start = next(i for i, word in enumerate(kept) if Path(word).name in {"c++", "g++", "clang++", "nvcc"})
    return kept[start:]


def write_database(build: Path, folder: Path) -> list[Path]:
    """Writes the commands for clang; returns the sources of ours, without kernels of one instruction set."""
    entries = []
    sources = set()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = Path(entry["file"])
        if file.suffix != ".cpp" or not file.is_relative_to(ROOT):
            continue
        if file.relative_to(ROOT).parts[0] not in {"app", "core", "ui"}:
            continue
        entry["arguments"] = clang_arguments(entry.pop("command"))
        entries.append(entry)
        sources.add(file)
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return sorted(sources)


def digest(source: Path) -> str:
    """Of the source, of all headers of ours that it reaches, and of the list of checks."""
    seen: set[Path] = set()
    todo = [source]
    while todo:
        file = todo.pop()
        if file in seen or not file.exists():
            continue
        seen.add(file)
        todo += [ROOT / name for name in INCLUDE.findall(file.read_text(encoding="utf-8"))]
        todo.append(file.with_suffix(".h"))
    sums = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for file in sorted(seen):
        sums.update(file.read_bytes())
    return sums.hexdigest()


def run(folder: Path, source: Path) -> tuple[Path, bool, str]:
    """Checks one source: whether it passed, and what clang-tidy printed."""
    done = subprocess.run(
        ["clang-tidy-14", "--quiet", "-p", str(folder), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    return source, done.returncode == 0, done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path)
    parser.add_argument("sources", nargs="*", type=Path, help="default: all of app, core and ui")
    parser.add_argument("--all", action="store_true", help="check unchanged sources too")
    options = parser.parse_args()
    folder = options.build.resolve() / "tidy"
    sources = write_database(options.build.resolve(), folder)
    if options.sources:
        wanted = {source.resolve() for source in options.sources}
        sources = [source for source in sources if source in wanted]
    record = folder / "passed.json"
    passed = json.loads(record.read_text()) if record.exists() and not options.all else {}
    digests = {str(source): digest(source) for source in sources}
    todo = [source for source in sources if passed.get(str(source)) != digests[str(source)]]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for source, good, text in pool.map(lambda source: run(folder, source), todo):
            if good:
                passed[str(source)] = digests[str(source)]
                record.write_text(json.dumps(passed, indent=1))
            else:
                failed += 1
                print(text, end="", flush=True)
    print(f"{len(todo)} of {len(sources)} sources checked, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
