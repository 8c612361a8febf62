#!/bin/sh
# Installs what Headscope is built with, on Debian 12 or a relative of it. Does nothing when all is
# there. Run by run-demo.sh and run-tests.sh; run it by hand to build by hand.
#   packaging/setup.sh [LIST]   LIST: further packages, such as packages-check.txt
set -eu
here=$(cd "$(dirname "$0")" && pwd)

die() {
    printf 'headscope setup: %s\n' "$*" >&2
    exit 1
}

packages=$(cat "$here/packages-debian.txt" ${1:+"$here/$1"} | sed -e 's/#.*//' -e '/^[[:space:]]*$/d')
command -v dpkg-query >/dev/null 2>&1 ||
    die "this machine has no Debian packages. Install the equivalents of packaging/packages-debian.txt with your system's package manager, then build with: cmake --preset release && cmake --build --preset release"

missing=
for package in $packages; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
    else
        die "these packages are missing and installing them needs root or sudo:$missing
As root, run: apt-get update && apt-get install --no-install-recommends$missing"
    fi
    printf 'Installing%s\n' "$missing"
    $as_root apt-get update -qq ||
        die "the package lists could not be fetched. Check the network and /etc/apt/sources.list, then start again."
    # shellcheck disable=SC2086 # the list is meant to split
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        die "packages could not be installed (see above). Headscope needs Debian 12 or newer; free disk space with 'apt-get clean' if it is short, then start again."
fi

printf 'int main() { return 0; }\n' | c++ -std=c++20 -x c++ -o /dev/null - 2>/dev/null ||
    die "the C++ compiler does not work or does not know C++20. Install g++ 12 or newer: apt-get install build-essential"
