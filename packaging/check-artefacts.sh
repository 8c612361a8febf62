#!/bin/sh
# Installs what a release brings in clean root file systems, and runs it there as a user would: the Debian package on
# Debian 12, the wheel and the portable folder on the roots that are named.
#   packaging/check-artefacts.sh [FOLDER]   default: dist; checks what it finds there
# ROOTS, default "bookworm trixie jammy noble", is for the portable folder, WHEEL_ROOTS, default bookworm, for the
# wheel, which fetches 3 GB of torch into each. Prints a table with times and sizes, which stays in build/roots/checks.md
# beside the pictures of the windows. Needs root, the packages of packages-release.txt and the network.
set -eu
cd "$(dirname "$0")/.."
. packaging/roots.sh
artefacts=$(cd "${1:-dist}" && pwd)
need_roots
for tool in Xvfb xdotool import desktop-file-validate; do
    command -v $tool >/dev/null || die "$tool is missing: packaging/setup.sh packages-release.txt"
done
model=$(packaging/fetch-smollm2.sh "$roots/smollm2")
binds=$(dirname "$model")
table=$roots/checks.md
# shellcheck disable=SC2016 # Markdown
echo '| artefact | root | packed | room | until it is there | `--version` | `batch`, demo | `batch`, SmolLM2 |
| --- | --- | --- | --- | --- | --- | --- | --- |' >"$table"

# The windows open on displays of this machine, so that the roots stay without any part of X.
number=90
while [ -e "/tmp/.X$number-lock" ]; do number=$((number + 1)); done
Xvfb ":$number" -ac -noreset -screen 0 1280x800x24 >/dev/null 2>&1 &
display_pid=$!
DISPLAY=:$number
export DISPLAY
trap 'kill $display_pid' EXIT
trap 'exit 1' HUP INT TERM

# seconds COMMAND...: runs it, and leaves in $took how long that took.
seconds() {
    start=$(date +%s%N)
    "$@"
    took=$((($(date +%s%N) - start) / 100000000))
    took=$((took / 10)).$((took % 10))
}

room() { du -sm "$roots/$1" | cut -f1; }

# window ROOT SCRIPT TITLE PICTURE: whether the script opens a window with that title; a picture of it.
window() {
    inside "$1" "export DISPLAY=$DISPLAY; $2" >"$roots/$4.log" 2>&1 &
    window_pid=$!
    left=300
    until xdotool search --onlyvisible --name "$3" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || die "$1: no window with the title '$3' came: $(tail -n 5 "$roots/$4.log")"
        sleep 1
    done
    found=$(xdotool search --onlyvisible --name "$3" | head -n 1)
    xdotool windowmove "$found" 0 0 windowsize "$found" 1280 800
    sleep "${WINDOW_SECONDS:-15}" # the similarities of the first measure
    import -window root "$roots/$4.png"
    xdotool windowkill "$found"
    wait $window_pid 2>/dev/null || true
    # The title of a window that has gone must not answer for the next.
    while xdotool search --onlyvisible --name "$3" >/dev/null 2>&1; do sleep 1; done
}

# try ARTEFACT ROOT PROGRAM: version, the demo model and SmolLM2, the window with each. Adds a line to the table, with
# $room and $installed of the caller.
try() {
    tried=$(basename "$1")
    version=$(echo "$tried" | sed 's/^headscope[-_]\([0-9.]*\)[-_].*/\1/')
    inside "$2" "$3 --version" | tee "$roots/$2.version" | sed 's/^/   /'
    grep -q "^headscope $version\$" "$roots/$2.version" || die "$tried on $2: not version $version"
    ! grep -q '^commit *unknown' "$roots/$2.version" || die "$tried on $2: its commit is unknown"
    seconds inside "$2" "$3 --version >/dev/null"
    starts=$took
    seconds inside "$2" "$3 batch --max_windows 2 --output_dir /tmp/demo >/dev/null 2>&1
        test -s /tmp/demo/report.html; test -n \"\$(ls /tmp/demo/*.png)\""
    demo=$took
    seconds inside "$2" "$3 batch --model_path $model --thresholds 0.7 --window 512 --max_windows 4 --dtype float32 \
        --output_dir /tmp/smollm2 >/tmp/smollm2.txt 2>&1 || { cat /tmp/smollm2.txt; exit 1; }"
    # As transformers and llama.cpp have it for the same four sequences.
    grep -q '^original .* 30\.96' "$roots/$2/tmp/smollm2.txt" ||
        die "$tried on $2: SmolLM2 has not the perplexity 30.96: $(cat "$roots/$2/tmp/smollm2.txt")"
    window "$2" "$3" 'Headscope$' "$2-start"
    window "$2" "$3 $model" SmolLM2 "$2-smollm2"
    echo "| \`$tried\` | $2 | $(awk "BEGIN { printf \"%.0f\", $(stat -c %s "$1") / 1e6 }") MB | $room MB | $installed s |" \
        "$starts s | $demo s | $took s |" | tee -a "$table"
}

# try_python ROOT: the Python package of the wheel in /venv; its tests, SmolLM2, the notebook of docs.
try_python() {
    mkdir -p "$roots/$1/tmp/tests/python"
    cp tests/python/test_headscope.py "$roots/$1/tmp/tests/python/"
    cp docs/seed-experiment.ipynb "$roots/$1/tmp/"
    inside "$1" "/venv/bin/python /tmp/tests/python/test_headscope.py 2>&1"
    cat >"$roots/$1/tmp/smollm2.py" <<'PYTHON'
import sys

import headscope

model = headscope.open(sys.argv[1])
print(model)
matrices = model.similarity("qk-circuit")
assert len(matrices) == 30 and all(matrix.shape == (9, 9) for matrix in matrices.values())
plan = model.plan(0.7)
assert plan["summary"]["pairs"] > 0, plan["summary"]
result = model.evaluate([0.7], max_windows=4, window=512, dtype="float32")
perplexity = result["variants"][0]["metrics"]["perplexity"]["value"]
assert abs(perplexity - 30.9626) < 1e-3, perplexity
runs = model.run("batch", thresholds=[0.7], max_windows=1, window=512, output_dir="/tmp/python-batch")["runs"]
assert runs[0]["merged"]["perplexity"]["value"] > runs[0]["original"]["perplexity"]["value"]
PYTHON
    inside "$1" "/venv/bin/python /tmp/smollm2.py $model"
    inside "$1" "/venv/bin/pip install -q nbclient ipykernel matplotlib"
    cat >"$roots/$1/tmp/notebook.py" <<'PYTHON'
import nbclient
import nbformat

path = "/tmp/seed-experiment.ipynb"
stored, executed = nbformat.read(path, 4), nbformat.read(path, 4)
nbclient.NotebookClient(executed, timeout=900).execute()


def printed(notebook):
    return "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", [])).splitlines()


for old, new in zip(printed(stored), printed(executed), strict=True):
    print(new)
    assert old.split("perplexity")[0] == new.split("perplexity")[0], f"docs have {old}"
PYTHON
    inside "$1" "cd /tmp && PATH=/venv/bin:\$PATH && python /tmp/notebook.py"
}

# try_other_torch ROOT: what computes says in one sentence that torch is of another minor version; the rest works.
try_other_torch() {
    inside "$1" "sed -i \"s/^__version__ = .*/__version__ = '2.10.0'/\" /venv/lib/python3*/site-packages/torch/version.py
        if /venv/bin/headscope batch --max_windows 1 --output_dir /tmp/other 2>/tmp/other.txt; then exit 1; fi
        cat /tmp/other.txt
        grep -q 'this torch is 2.10.0, and this Headscope needs .*; pip install .torch==' /tmp/other.txt
        test \"\$(wc -l </tmp/other.txt)\" -eq 1
        /venv/bin/headscope info >/dev/null"
}

# check_appdir FOLDER: what `appimagetool FOLDER` wants, and that nothing in it leads outside.
check_appdir() {
    [ -x "$1/AppRun" ] || die "$1: AppRun cannot be run"
    [ "$(find "$1" -maxdepth 1 -name '*.desktop' | wc -l)" -eq 1 ] || die "$1: not one desktop entry at its top"
    desktop-file-validate "$1"/*.desktop
    icon=$(sed -n 's/^Icon=//p' "$1"/*.desktop)
    for file in "$icon.svg" .DirIcon; do
        [ -f "$1/$file" ] || die "$1: no $file at its top"
    done
    find "$1" -type l | while read -r link; do
        case $(readlink -f "$link") in
        "$(readlink -f "$1")"/*) [ -e "$link" ] || die "$link leads nowhere" ;;
        *) die "$link leads outside" ;;
        esac
    done
}

no_development_packages() {
    if inside "$1" "dpkg-query -W -f '\${Package}\n' | grep -e '-dev\$'"; then die "$1 has development packages"; fi
}

for package in "$artefacts"/*.deb; do
    [ -f "$package" ] || continue
    root=deb-bookworm
    echo "== $(basename "$package") on bookworm"
    fresh $root bookworm
    before=$(room $root)
    inside $root "apt-get update -qq"
    seconds inside $root "apt-get install -y -qq /artefacts/$(basename "$package") >/dev/null 2>&1; apt-get clean"
    installed=$took room=$(($(room $root) - before))
    try "$package" $root headscope
    # From the menu, and a file that is opened with it, with the tools that a desktop has.
    inside $root "apt-get install -y -qq --no-install-recommends libglib2.0-bin xdg-utils desktop-file-utils >/dev/null 2>&1"
    window $root "gio launch /usr/share/applications/headscope.desktop; while pidof headscope; do sleep 1; done" 'Headscope$' $root-menu
    window $root "gio launch /usr/share/applications/headscope.desktop $model; while pidof headscope; do sleep 1; done" SmolLM2 $root-menu-file
    inside $root "test \"\$(gio info -a standard::content-type $model | grep -c application/x-gguf)\" -eq 1
        grep -q 'application/x-gguf=headscope.desktop' /usr/share/applications/mimeinfo.cache
        zcat /usr/share/man/man1/headscope.1.gz | grep -q '^.TH'
        test -s /usr/share/bash-completion/completions/headscope
        test -s /usr/share/zsh/vendor-completions/_headscope
        test -s /usr/share/fish/vendor_completions.d/headscope.fish
        apt-get purge -y -qq headscope >/dev/null 2>&1
        ! find /usr /etc /var/lib /opt -name '*headscope*' | grep ."
done

for release in ${WHEEL_ROOTS:-bookworm}; do
    for wheel in "$artefacts"/headscope-*.whl; do
        [ -f "$wheel" ] || continue
        root=wheel-$release
        echo "== $(basename "$wheel") on $release"
        fresh "$root" "$release"
        inside "$root" "apt-get update -qq; apt-get install -y -qq --no-install-recommends python3-venv >/dev/null 2>&1; apt-get clean"
        no_development_packages "$root"
        before=$(room "$root")
        seconds inside "$root" "python3 -m venv /venv; /venv/bin/pip install -q --no-cache-dir /artefacts/$(basename "$wheel")"
        installed=$took room=$(($(room "$root") - before))
        try "$wheel" "$root" /venv/bin/headscope
        try_python "$root"
        for archive in "$artefacts"/headscope-*-linux-*.tar.xz; do
            [ -f "$archive" ] || continue
            echo "== $(basename "$archive") on $release with the torch of a Python environment"
            tar -xf "$archive" -C "$roots/$root/opt"
            inside "$root" "export HEADSCOPE_TORCH=/venv; cd /opt/$(basename "$archive" .tar.xz)
                bin/headscope --version | grep '(/venv/'
                bin/headscope batch --max_windows 2 --output_dir /tmp/venv-torch | grep '^original'"
        done
        try_other_torch "$root"
        [ -n "${KEEP_ROOTS:-}" ] || rm -rf "${roots:?}/$root"
    done
done

for release in ${ROOTS:-bookworm trixie jammy noble}; do
    for archive in "$artefacts"/headscope-*-linux-*.tar.xz; do
        [ -f "$archive" ] || continue
        root=portable-$release
        name=$(basename "$archive" .tar.xz)
        echo "== $name on $release"
        fresh "$root" "$release"
        before=$(room "$root")
        # The root has no xz.
        seconds tar -xf "$archive" -C "$roots/$root/opt"
        installed=$took room=$(($(room "$root") - before))
        check_appdir "$roots/$root/opt/$name"
        try "$archive" "$root" "/opt/$name/bin/headscope"
        # Moved, and started as an AppImage starts it.
        mv "$roots/$root/opt/$name" "$roots/$root/opt/another place"
        inside "$root" "'/opt/another place/AppRun' evaluate --max_windows 1 | grep '^original'"
        [ -n "${KEEP_ROOTS:-}" ] || rm -rf "${roots:?}/$root"
    done
done
echo "== all of it runs"
cat "$table"
