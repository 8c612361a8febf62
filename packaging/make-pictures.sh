#!/bin/sh
# Makes the README's pictures from the real program on a display of its own: the demo model after a
# sweep, light and dark, English and Russian, at some sizes. Needs a build (cmake --preset release),
# and the packages xvfb, xdotool and imagemagick.
#   packaging/make-pictures.sh [FOLDER]     default: docs/pictures
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$root/docs/pictures}
program=${HEADSCOPE_PROGRAM:-$root/build/release/bin/headscope}
for tool in Xvfb xdotool import; do
    command -v "$tool" >/dev/null || {
        echo "make-pictures: $tool is missing; apt-get install xvfb xdotool imagemagick" >&2
        exit 1
    }
done
[ -x "$program" ] || {
    echo "make-pictures: $program is missing; cmake --preset release && cmake --build --preset release" >&2
    exit 1
}
mkdir -p "$folder"
home=$(mktemp -d)
cleanup() {
    [ -z "${window_pid:-}" ] || kill "$window_pid" 2>/dev/null || true
    [ -z "${display_pid:-}" ] || kill "$display_pid" 2>/dev/null || true
    rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
    left=$1
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || {
            echo "make-pictures: waited in vain for: $*" >&2
            exit 1
        }
        sleep 1
    done
}

has_results() { [ "$(find "$home/data" -name 'results_threshold_*.json' | wc -l)" -ge 3 ]; }

# picture NAME WIDTHxHEIGHT SCALE LANGUAGE APPEARANCE(1 light, 2 dark)
picture() {
    number=$((${number:-90} + 1))
    while [ -e "/tmp/.X$number-lock" ]; do number=$((number + 1)); done
    # Otherwise the display begins anew when a first client leaves, and refuses the next meanwhile.
    Xvfb ":$number" -noreset -screen 0 "$2x24" >/dev/null 2>&1 &
    display_pid=$!
    DISPLAY=":$number"
    export DISPLAY
    wait_for 10 xdotool getmouselocation
    rm -rf "$home/config" "$home/data"
    mkdir -p "$home/config/Headscope" "$home/data"
    printf '[General]\nappearance=%s\n[window]\ntour_closed=true\n[evaluation]\nmax_windows=60\n' "$5" >"$home/config/Headscope/Headscope.conf"
    XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" QT_SCALE_FACTOR="$3" \
        "$program" --language "$4" "$root/resources/models/demo" &
    window_pid=$!
    wait_for 20 xdotool search --onlyvisible --name '^demo'
    window=$(xdotool search --onlyvisible --name '^demo' | head -n 1)
    xdotool windowmove "$window" 0 0 windowsize "$window" "${2%x*}" "${2#*x}" windowfocus "$window"
    sleep 2
    xdotool windowfocus "$window"  # again: the first may come before the window is drawn
    xdotool key ctrl+shift+r
    sleep 3
    xdotool key Return
    wait_for 120 has_results
    sleep 2
    import -window root "$folder/$1.png"
    kill "$window_pid" "$display_pid"
    wait "$window_pid" "$display_pid" 2>/dev/null || true
    window_pid=''
    display_pid=''
    echo "$folder/$1.png"
}

picture main-light 1280x800 1 en 1
picture main-dark 1280x800 1 en 2
picture main-russian 1280x800 1 ru 1
picture main-russian-dark-large 1920x1080 1 ru 2
picture main-large 1920x1080 1 en 1
picture main-200-percent 2560x1600 2 en 1
