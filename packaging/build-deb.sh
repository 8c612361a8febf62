#!/bin/sh
# Builds the Debian package of Debian 12, with the libraries of the system.
#   packaging/build-deb.sh [FOLDER]   default: dist
# Installs what the build needs (packaging/setup.sh). Build tree: build/release.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$root/dist}"
folder=$(cd "${1:-$root/dist}" && pwd)
cd "$root"
packaging/setup.sh
# Also in a tree that was configured before, whose version or changelog may have been others.
cmake --preset release >/dev/null
cmake --build --preset release
rm -rf build/cpack
(cd build/release && cpack -B ../cpack >/dev/null)
mv build/cpack/*.deb "$folder/"
ls -l "$folder"/*.deb
