#!/bin/sh
# Checks format and style of the whole tree; every finding is an error. CI and pre-commit run it.
#   packaging/check.sh          everything; clang-tidy needs build/dev (cmake --preset dev)
#   packaging/check.sh --quick  without clang-tidy: seconds
#   packaging/check.sh --fix    formats C++, CMake and Python in place
# Tools: clang-format 14, clang-tidy 14 and shellcheck of Debian 12; those of requirements-check.txt from
# HEADSCOPE_LINTERS, a folder of programs, or a virtual environment that this script makes in build/linters.
set -eu
cd "$(dirname "$0")/.."
mode=${1:-all}

die() {
    printf 'check: %s\n' "$*" >&2
    exit 1
}

linters=${HEADSCOPE_LINTERS:-build/linters/bin}
if [ ! -x "$linters/ruff" ]; then
    { python3 -m venv build/linters && build/linters/bin/pip install -q -r packaging/requirements-check.txt; } ||
        die "the linters of packaging/requirements-check.txt could not be installed; on Debian this needs python3-venv"
    linters=build/linters/bin
fi
for tool in clang-format-14 shellcheck $([ "$mode" = --quick ] || echo clang-tidy-14); do
    command -v "$tool" >/dev/null || die "$tool is missing: packaging/setup.sh packages-check.txt, and apt-get install clang-tidy-14"
done

failed=
# check NAME COMMAND...: goes on after a failure, so that one run shows all of them.
check() {
    name=$1
    shift
    printf '== %s\n' "$name"
    "$@" || failed="$failed $name"
}
cpp() { git ls-files -z '*.cpp' '*.h' '*.cu'; }
cmake_files() { git ls-files -z '*CMakeLists.txt' '*.cmake'; }

format_cpp() { cpp | xargs -0 clang-format-14 "$@"; }
format_cmake() { cmake_files | xargs -0 "$linters/gersemi" "$@"; }
spelling() {
    git ls-files -z app core ui packaging docs tests cmake '*.md' '*.txt' ':!:*.json' ':!:*.svg' ':!:*.png' ':!:*.ts' \
        ':!:*.cu' ':!:resources/wikitext-2' ':!:tests/fixtures' ':!:tests/fuzz/corpus' \
        ':!:tests/golden/tokenizers/*.txt' ':!:*.raw' |
        xargs -0 "$linters/codespell" --ignore-words packaging/codespell-words.txt
}
shell() { git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck; }
# Sources whose text, or whose headers of ours, changed since the last check without findings are read
# again; the others are not. The first time that is every source.
tidy() {
    [ -f build/dev/compile_commands.json ] || die "clang-tidy needs build/dev: cmake --preset dev"
    packaging/tidy.py build/dev
}

if [ "$mode" = --fix ]; then
    format_cpp -i
    format_cmake --in-place
    "$linters/ruff" check --fix
    "$linters/ruff" format
    exit
fi
check clang-format format_cpp --dry-run -Werror
check gersemi format_cmake --check
check ruff "$linters/ruff" check
check ruff-format "$linters/ruff" format --check
check codespell spelling
check shellcheck shell
[ "$mode" = --quick ] || check clang-tidy tidy
[ -z "$failed" ] || die "failed:$failed. packaging/check.sh --fix settles what is only format."
