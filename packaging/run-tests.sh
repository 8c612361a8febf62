#!/bin/sh
# Installs what is missing, builds the development tree (warnings are errors) and runs the tests.
# Options are passed on to ctest. Safe to repeat.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/packaging/setup.sh"
cd "$root"
cmake --preset dev
cmake --build --preset dev
exec ctest --preset dev "$@"
