#!/bin/sh
# Writes the lock files from pyproject.toml. `make lock upgrade=1` also moves to newer releases.
# The locks carry hashes and no address: whichever package index your own configuration names must serve those very files.
set -eu
cd "$(dirname "$0")/.."
UV=${UV:-.venv/bin/uv}

compile() {
    output=requirements/$1.txt
    shift
    "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links \
        ${UPGRADE:+--upgrade} "$@" --output-file "$output" >/dev/null
    echo "lock: $output, $(grep -c '==' "$output") packages"
}

compile bootstrap --group pyproject.toml:bootstrap
compile base pyproject.toml
compile dev pyproject.toml --extra postgres --group pyproject.toml:dev --constraints requirements/base.txt
compile node --group pyproject.toml:node
