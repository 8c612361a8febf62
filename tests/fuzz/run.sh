#!/bin/sh
# Fuzzes one target, or all, and puts what is found into tests/fuzz/corpus, where the tests read it.
#     tests/fuzz/run.sh TARGET|all [SECONDS]
# Needs the Debian packages clang and libclang-rt-14-dev, which nothing else here does. An input that
# crashes, runs for 10 seconds or takes more than 512 MB, or 64 MB at once (inputs have 64 kB at
# most), becomes corpus/TARGET/crash-*, timeout-* or oom-*: mend what it shows and commit it, made
# small by `build/fuzz/bin/fuzz_TARGET -minimize_crash=1 -exact_artifact_path=SMALL FILE`. New inputs
# that only reach new code stay in build/fuzz. Exits with 1 where something was found.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
target=${1:?usage: tests/fuzz/run.sh TARGET|all [SECONDS]}
seconds=${2:-60}
cmake --preset fuzz >/dev/null
if [ "$target" = all ]; then
    cmake --build --preset fuzz
    targets=$(ls tests/fuzz/corpus)
else
    cmake --build --preset fuzz --target "fuzz_$target"
    targets=$target
fi
# What was freed is kept apart for a while, which the limits would count. For the second option see docs/building.md.
export ASAN_OPTIONS="quarantine_size_mb=16:intercept_tls_get_addr=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
found=0
for name in $targets; do
    echo "== $name, $seconds s"
    mkdir -p "build/fuzz/corpus/$name"
    nice "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=512 \
        -malloc_limit_mb=64 -max_len=65536 -print_final_stats=1 -verbosity=0 \
        -dict="tests/fuzz/formats.dict" -artifact_prefix="tests/fuzz/corpus/$name/" \
        "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" || found=1
done
exit "$found"
