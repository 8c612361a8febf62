#!/bin/sh
# Installs what a release brings in clean root file systems, and runs it there: the Debian package on Debian 12, the
# portable folder and the wheel on all that are named.
#   packaging/check-artefacts.sh [FOLDER]   default: dist; checks what it finds there
# ROOTS, default "bookworm trixie", names releases of Debian; those of Ubuntu, such as jammy, work where debootstrap
# has a script for them. Needs root, debootstrap and the network; keeps the roots in build/roots. With WINDOW=1 it
# opens the window under Xvfb too and keeps pictures beside the roots. A wheel fetches torch, 3 GB.
set -eu
cd "$(dirname "$0")/.."
folder=$(cd "${1:-dist}" && pwd)
roots=$PWD/build/roots
mkdir -p "$roots"

die() {
    printf 'check-artefacts: %s\n' "$*" >&2
    exit 1
}
[ "$(id -u)" -eq 0 ] || die "clean roots need root; start it with sudo"
for tool in debootstrap unshare; do
    command -v $tool >/dev/null || die "$tool is missing: apt-get install debootstrap util-linux"
done

# inside ROOT COMMAND...: with /proc, /dev, the network, and the artefacts in /artefacts.
inside() {
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare -m --propagation private sh -c '
        root=$1 artefacts=$2
        shift 2
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --bind "$artefacts" "$root/artefacts"
        exec env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"' sh "$1" "$folder" sh -euc "$2"
}

# fresh NAME RELEASE: a copy of a minimal root, in $roots/NAME.
fresh() {
    if [ ! -d "$roots/$2" ]; then
        case $2 in
        jammy | noble) mirror=http://archive.ubuntu.com/ubuntu keys=--no-check-gpg ;;
        *) mirror=http://deb.debian.org/debian keys= ;;
        esac
        debootstrap $keys --variant=minbase "$2" "$roots/$2.part" "$mirror" >"$roots/$2.log" 2>&1 ||
            die "$2: debootstrap failed, see $roots/$2.log"
        cp /etc/resolv.conf "$roots/$2.part/etc/"
        mkdir -p "$roots/$2.part/artefacts" "$roots/$2.part/etc/ssl/certs"
        cp /etc/ssl/certs/ca-certificates.crt "$roots/$2.part/etc/ssl/certs/"
        mv "$roots/$2.part" "$roots/$2"
    fi
    rm -rf "${roots:?}/$1"
    cp -a "$roots/$2" "$roots/$1"
}

# try ROOT PROGRAM: version, an evaluation of the demo model, and the window where it is wanted.
try() {
    inside "$1" "$2 --version; $2 batch --max_windows 2 --output_dir /tmp/results; test -s /tmp/results/report.html"
    [ -n "${WINDOW:-}" ] || return 0
    inside "$1" "apt-get update -qq; apt-get install -y -qq --no-install-recommends xvfb xauth x11-apps imagemagick >/dev/null
        xvfb-run -a -s '-screen 0 1600x1000x24' sh -c '$2 & sleep 25; xwd -root -silent | convert xwd:- /tmp/window.png; kill \$!'"
    cp "$1/tmp/window.png" "$1.png"
}

for package in "$folder"/*.deb; do
    [ -f "$package" ] || continue
    echo "== $(basename "$package") on bookworm"
    fresh deb-bookworm bookworm
    inside "$roots/deb-bookworm" "apt-get update -qq; apt-get install -y -qq /artefacts/$(basename "$package") >/dev/null"
    try "$roots/deb-bookworm" headscope
done
for release in ${ROOTS:-bookworm trixie}; do
    for archive in "$folder"/headscope-*-linux-*.tar.xz; do
        [ -f "$archive" ] || continue
        echo "== $(basename "$archive") on $release"
        fresh "portable-$release" "$release"
        # The root has no xz.
        tar -xf "$archive" -C "$roots/portable-$release/opt"
        try "$roots/portable-$release" "/opt/$(basename "$archive" .tar.xz)/bin/headscope"
    done
    for wheel in "$folder"/headscope-*.whl; do
        [ -f "$wheel" ] || continue
        echo "== $(basename "$wheel") on $release"
        fresh "wheel-$release" "$release"
        inside "$roots/wheel-$release" "apt-get update -qq
            apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
            python3 -m venv /venv
            PIP_CERT=/etc/ssl/certs/ca-certificates.crt /venv/bin/pip install -q /artefacts/$(basename "$wheel")"
        try "$roots/wheel-$release" /venv/bin/headscope
    done
done
echo "== all of it runs"
