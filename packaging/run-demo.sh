#!/bin/sh
# From nothing to the demo model: installs what is missing, builds the release and opens the window, or
# where there is no display runs the experiment. Options are passed on to `headscope batch`, which
# then runs in any case. Safe to repeat.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/packaging/setup.sh"
cd "$root"
cmake --preset release
cmake --build --preset release
program=$root/build/release/bin/headscope
if [ $# -eq 0 ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$program" "$root/resources/models/demo"
fi
exec "$program" batch "$@"
