#!/bin/sh
# Runs a command on the commit of this tree in a clean root file system of Debian 12, as a user would who has nothing
# but a shell and a clone, and says how long it took. What it leaves in dist/ comes back to dist/ here.
#   packaging/in-clean-root.sh packaging/run-demo.sh --max_windows 4
#   packaging/in-clean-root.sh packaging/build-wheel.sh
# CUDA_HOME, a CUDA toolkit of this machine, can be read from inside. Needs root and debootstrap, see roots.sh; the root
# stays in build/roots/source for a look, until the next time.
set -eu
cd "$(dirname "$0")/.."
. packaging/roots.sh
[ $# -gt 0 ] || die "name the command, such as packaging/run-demo.sh"
need_roots
fresh source bookworm
git -c safe.directory="$PWD/.git" -c safe.directory="$PWD" clone -q "$PWD" "$roots/source/src"
command=
for word in "$@"; do
    command="$command '$(printf %s "$word" | sed "s/'/'\\\\''/g")'"
done
binds=
variables=
if [ -n "${CUDA_HOME:-}" ]; then
    binds=$(readlink -f "$CUDA_HOME")
    variables="CUDACXX=$binds/bin/nvcc"
fi
# Who has a clone has git.
inside source "apt-get update -qq && apt-get install -y -qq --no-install-recommends git >/dev/null 2>&1"
start=$(date +%s)
status=0
inside source "cd /src && env $variables ${CCACHE_DISABLE:+CCACHE_DISABLE=1} $command" || status=$?
printf '== %s: status %s after %s minutes; the root has %s MB\n' "$*" "$status" \
    "$(echo "$(date +%s) $start" | awk '{ printf "%.1f", ($1 - $2) / 60 }')" "$(du -sm "$roots/source" | cut -f1)"
if [ -d "$roots/source/src/dist" ]; then
    mkdir -p dist
    cp -a "$roots/source/src/dist/." dist/
fi
exit $status
