#!/bin/sh
# Builds the docs site from docs/: static pages with search, every link checked.
#   packaging/build-docs.sh [FOLDER]   default: build/site
# Looked at with: python3 -m http.server --directory build/site
# Needs python3-venv; the rest comes from requirements-docs.txt into a virtual environment, build/docs-tools.
set -eu
cd "$(dirname "$0")/.."
tools=$PWD/build/docs-tools
[ -x "$tools/bin/mkdocs" ] || python3 -m venv "$tools"
"$tools/bin/pip" install -q -r packaging/requirements-docs.txt
# Material's note that MkDocs 2 will differ is not about this build.
NO_MKDOCS_2_WARNING=1 "$tools/bin/mkdocs" build --config-file packaging/mkdocs.yml --clean \
    ${1:+--site-dir "$(mkdir -p "$1" && cd "$1" && pwd)"}
