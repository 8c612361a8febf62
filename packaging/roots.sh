# shellcheck shell=sh
# Clean root file systems, for the scripts that read this file (". packaging/roots.sh" at the top of the tree): a root
# is a folder below build/roots that debootstrap filled with the least that a release of Debian or Ubuntu has.
# Needs root, debootstrap and the network; MIRROR names another place than debootstrap's own to fetch packages from.
roots=$PWD/build/roots

die() {
    printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2
    exit 1
}

need_roots() {
    [ "$(id -u)" -eq 0 ] || die "clean roots need root; start it with sudo"
    for tool in debootstrap unshare; do
        command -v $tool >/dev/null || die "$tool is missing: apt-get install debootstrap util-linux"
    done
    mkdir -p "$roots"
}

# fresh NAME RELEASE: a copy of the root of the release, which is made where it is missing, in $roots/NAME.
fresh() {
    if [ ! -d "$roots/$2" ]; then
        # debootstrap has one script for all of Ubuntu, though not by the name of each release, and Debian 12 has not
        # its keys.
        case $2 in
        jammy | noble) keys=--no-check-gpg script=gutsy ;;
        *) keys='' script='' ;;
        esac
        rm -rf "$roots/$2.part"
        # shellcheck disable=SC2086 # nothing, or an option
        debootstrap $keys --variant=minbase "$2" "$roots/$2.part" "${MIRROR:-}" $script >"$roots/$2.log" 2>&1 ||
            die "$2: debootstrap failed, see $roots/$2.log"
        cp /etc/resolv.conf "$roots/$2.part/etc/"
        # The network may have a certificate of its own, which the root would not know.
        cp /etc/ssl/certs/ca-certificates.crt "$roots/$2.part/etc/host-certificates.crt"
        mkdir "$roots/$2.part/artefacts"
        mv "$roots/$2.part" "$roots/$2"
    fi
    rm -rf "${roots:?}/$1"
    cp -a "$roots/$2" "$roots/$1"
}

# inside NAME SCRIPT: runs a shell script in the root, with /proc, /dev and the network; with the folder $artefacts, if
# one is named, in /artefacts; with the folders of $binds, separated by spaces, read-only where they lie.
inside() {
    # Processes too are its own, and none outlives the script.
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare -m --propagation private -p --fork --kill-child sh -euc '
        root=$1 artefacts=$2 binds=$3
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        [ -z "$artefacts" ] || mount --bind "$artefacts" "$root/artefacts"
        for folder in $binds; do
            mkdir -p "$root$folder"
            mount --bind -o ro "$folder" "$root$folder"
        done
        exec env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive SSL_CERT_FILE=/etc/host-certificates.crt PIP_CERT=/etc/host-certificates.crt \
            PIP_DISABLE_PIP_VERSION_CHECK=1 chroot "$root" sh -euc "$4"' sh "$roots/$1" "${artefacts:-}" "${binds:-}" "$2"
}
