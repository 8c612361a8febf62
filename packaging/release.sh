#!/bin/sh
# Builds everything that a release brings, checks it, and writes SHA256SUMS and the SBOM (SPDX) beside it, in dist/.
#   packaging/release.sh               as root on Debian 12, from a commit
#   packaging/release.sh --unchecked   without the clean roots, which need root (packaging/check-artefacts.sh)
#   CUDA_HOME=/usr/local/cuda packaging/in-clean-root.sh packaging/release.sh --unchecked
#                                      builds in a clean root; packaging/check-artefacts.sh then checks what it made
# A wheel with the CUDA engine needs nvcc, see packaging/build-wheel.sh. An AppImage is made where appimagetool is on
# the PATH.
set -eu
cd "$(dirname "$0")/.."
die() {
    printf 'release: %s\n' "$*" >&2
    exit 1
}
packaging/setup.sh packages-release.txt
git() { command git -c safe.directory="$PWD" "$@"; }
[ -z "$(git status --porcelain --untracked-files=no)" ] || die "the tree has changes; commit them first"
version=$(sed -n 's/^project(headscope VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
commit=$(git rev-parse HEAD)
grep -q "^## $version" CHANGELOG.md || die "CHANGELOG.md has no entry of $version"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
rm -rf dist
mkdir dist

packaging/build-wheel.sh dist
packaging/build-portable.sh dist
echo "== Debian package"
packaging/build-deb.sh dist
echo "== docs"
packaging/build-docs.sh build/site
tar -C build --owner=0 --group=0 --sort=name --mtime="@$SOURCE_DATE_EPOCH" --transform "s/^site/headscope-$version-docs/" \
    -cJf "dist/headscope-$version-docs.tar.xz" site
if command -v appimagetool >/dev/null; then
    echo "== AppImage"
    appimagetool "build/portable/headscope-$version-linux-x86_64" "dist/headscope-$version-x86_64.AppImage"
fi

packaging/check-files.sh dist
[ "${1:-}" = --unchecked ] || packaging/check-artefacts.sh dist

echo "== SBOM and sums"
(cd dist && ../packaging/sbom.py "$version" "$commit" ./*.whl ./headscope-*-linux-*.tar.xz ./*.deb >"headscope-$version.spdx.json")
build/wheel-tools/bin/pip install -q 'spdx-tools>=0.8'
build/wheel-tools/bin/pyspdxtools --infile "dist/headscope-$version.spdx.json"
(cd dist && sha256sum -- * >SHA256SUMS)
cat dist/SHA256SUMS
