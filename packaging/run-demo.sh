#!/bin/sh
# From nothing to results: installs what is missing, builds the release and runs the experiment on the
# demo model. Options are passed on to `headscope batch`. Safe to repeat.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/packaging/setup.sh"
cd "$root"
cmake --preset release
cmake --build --preset release
exec "$root/build/release/bin/headscope" batch "$@"
