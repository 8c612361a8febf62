#!/usr/bin/env python3
"""Exports of a model from every kind of source into every format, with equal, uneven and skipped
layers: each must have the perplexity of its variant by Headscope, by transformers, and, where PyPI's
cyllama is installed, by llama.cpp. Exits with 77, which skips the test, where transformers is missing.

    python tests/golden/export_matrix.py build/dev/bin/headscope
    python tests/golden/export_matrix.py build/dev/bin/headscope --model SmolLM2-135M-Instruct.Q4_1.gguf
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

try:
    import check_export
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def run(program: str, *arguments: str) -> None:
    subprocess.run([program, *arguments], check=True, capture_output=True, text=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--model", type=pathlib.Path, help="default: the demo model")
    parser.add_argument("--heads", type=int, default=16, help="of a layer")
    parser.add_argument("--group", type=int, default=2, help="heads of a KV head")
    parser.add_argument("--max_windows", type=int, default=2)
    options = parser.parse_args()
    resources = pathlib.Path(__file__).resolve().parents[2] / "resources"
    model = options.model or next((resources / "models").glob("*/config.json")).parent
    plans = {
        "equal": ["--threshold", "0.98", "--layers", "0"],
        "uneven": ["--remove", "1:" + ",".join(map(str, range(options.group))), "--compact"],
        "skipped": ["--remove", "2:" + ",".join(map(str, range(options.heads))), "--compact"],
    }
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        quantized = root / "quantized"
        run(options.program, "export", "--model_path", str(model), *plans["equal"], "--format", "gguf",
            "--type", "q8_0", "--output_dir", str(quantized))  # fmt: skip
        for source, path in {"given": model, "Q8_0": quantized}.items():
            for plan, arguments in plans.items():
                for target in ("hf", "gguf"):
                    name = f"{source} -> {target}, {plan}"
                    saved = root / f"{source}_{target}_{plan}"
                    # float32 holds what every source has, so that nothing but the format changes.
                    kind = ["--type", "f32"] if target == "gguf" else []
                    run(options.program, "export", "--model_path", str(path), *arguments, "--format", target,
                        *kind, "--output_dir", str(saved))  # fmt: skip
                    variant = " ".join(argument for argument in arguments if argument != "--compact")
                    print(name, flush=True)
                    command = [sys.executable, check_export.__file__, options.program, str(path), str(saved)]
                    command += ["--variant", variant, "--max_windows", str(options.max_windows)]
                    if subprocess.run(command).returncode != 0:
                        failed.append(name)
    if failed:
        sys.exit("failed: " + "; ".join(failed))


if __name__ == "__main__":
    main()
