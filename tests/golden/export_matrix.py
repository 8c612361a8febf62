#!/usr/bin/env python3
"""Exports from every kind of source {safetensors, Meta, GGUF Q4_1} into every format {hf, gguf}, with
layers that {keep equally many heads, keep different numbers, lose one layer's attention}: each must
have the perplexity of its variant by Headscope, by transformers, and, where PyPI's cyllama is
installed, by llama.cpp. Exits with 77, which skips the test, where transformers is missing.

    python tests/golden/export_matrix.py build/dev/bin/headscope
    python tests/golden/export_matrix.py build/dev/bin/headscope --model SmolLM2-135M-Instruct.Q4_1.gguf \\
        --layers 30 --heads 9 --group 3

The sources are tiny models of the tests; --model names another one.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import check_export
    import gguf
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

TESTS = pathlib.Path(__file__).resolve().parents[1]


def export(program: str, model: pathlib.Path, plan: list[str], target: str, saved: pathlib.Path) -> None:
    command = [program, "export", "--model_path", str(model), *plan, "--format", target]
    # float32 holds what every source has, so that nothing but the format changes.
    command += ["--type", "f32"] if target == "gguf" else []
    subprocess.run([*command, "--output_dir", str(saved)], check=True, capture_output=True, text=True)


def to_q4_1(path: pathlib.Path, quantized: pathlib.Path) -> None:
    """The same GGUF file with its matrices in Q4_1."""
    reader = gguf.GGUFReader(path)
    writer = gguf.GGUFWriter(quantized, reader.get_field("general.architecture").contents())
    for field in reader.fields.values():
        if not field.name.startswith("GGUF.") and field.name != "general.architecture":
            of = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=of)
    kind = gguf.GGMLQuantizationType.Q4_1
    for tensor in reader.tensors:
        if len(tensor.shape) == 2:
            writer.add_tensor(tensor.name, gguf.quantize(tensor.data, kind), raw_dtype=kind)
        else:
            writer.add_tensor(tensor.name, tensor.data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tiny_sources(program: str, root: pathlib.Path) -> dict[str, pathlib.Path]:
    models = TESTS / "fixtures/models"
    # Meta's rank file has no merges; the tokenizer.json of the same model lies beside it.
    meta = root / "meta"
    shutil.copytree(models / "meta", meta)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(models / "bpe" / name, meta)
    with_zeros = root / "with_zeros"
    export(program, models / "bpe", ["--remove", "0:0"], "gguf", with_zeros)
    (root / "q4_1").mkdir()
    to_q4_1(with_zeros / "model.gguf", root / "q4_1/model.gguf")
    return {"safetensors": models / "bpe", "Meta": meta, "GGUF Q4_1": root / "q4_1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--model", type=pathlib.Path, help="default: tiny models of the tests")
    parser.add_argument("--layers", type=int, default=5)
    parser.add_argument("--heads", type=int, default=8, help="of a layer")
    parser.add_argument("--group", type=int, default=4, help="heads of a KV head")
    parser.add_argument("--max_windows", type=int, default=2)
    parser.add_argument("--window", type=int, default=128)
    options = parser.parse_args()
    group = ",".join(map(str, range(options.group)))
    plans = {
        "equal": ";".join(f"{layer}:{group}" for layer in range(options.layers)),
        "uneven": f"1:{group}",
        "skipped": "2:" + ",".join(map(str, range(options.heads))),
    }
    peers = "transformers" + (" and llama.cpp" if check_export.llama_cpp else "; llama.cpp is not installed")
    print(f"peers: {peers}", flush=True)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        sources = {"given": options.model} if options.model else tiny_sources(options.program, root)
        for source, path in sources.items():
            for plan, removed in plans.items():
                for target in ("hf", "gguf"):
                    name = f"{source} -> {target}, {plan}"
                    print(name, flush=True)
                    saved = root / f"{source.replace(' ', '_')}_{target}_{plan}"
                    variant = ["--remove", removed]
                    export(options.program, path, [*variant, "--compact"], target, saved)
                    same = check_export.compare(
                        options.program, path, saved, variant, options.max_windows, options.window, 1e-4
                    )
                    failed += [] if same else [name]
    if failed:
        sys.exit("failed: " + "; ".join(failed))
    print("all have the perplexity of their variant")


if __name__ == "__main__":
    main()
