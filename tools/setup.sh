#!/bin/sh
# Makes .venv from the lock files, every file checked by its hash. Does nothing, fast, when nothing changed
# (and says nothing then, with --quiet). `setup.sh --node` then adds a Node for the tests, where the machine's own is too old.
# PYTHON=/path/to/python3 chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$1" >&2
    shift
    if [ $# -gt 0 ]; then printf '%s\n' "$@" >&2; fi
    exit 1
}

apt_line() {
    if [ "$(id -u)" -eq 0 ]; then sudo=; else sudo='sudo '; fi
    echo "${sudo}apt-get update && ${sudo}apt-get install -y $*"
}

check_command() {
    command -v "$1" >/dev/null 2>&1 && return
    fail "$1 is missing. On Debian or Ubuntu this installs it:" "    $(apt_line "$1")"
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if new_enough "$candidate"; then command -v "$candidate"; return; fi
    done
}

check_prerequisites() {
    check_command git
    check_command make
    python=$(find_python)
    if [ -z "$python" ]; then
        found=$(python3 --version 2>/dev/null || echo "no python3")
        fail "Python 3.11 or newer is needed, found ${PYTHON:-$found}. On Debian 12+ or Ubuntu 24.04+ this installs it:" \
            "    $(apt_line python3 python3-venv)" \
            "Or name one that you have: make setup PYTHON=/path/to/python3"
    fi
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        fail "$python cannot make virtual environments. On Debian or Ubuntu this installs what it needs:" \
            "    $(apt_line python3-venv)"
    fi
}

sha256=$(command -v sha256sum || echo 'shasum -a 256')

# What the environment depends on; its digest is kept in the environment as the proof that it is complete.
digest() {
    { pwd; cat pyproject.toml sdks/python/pyproject.toml requirements/bootstrap.txt requirements/dev.txt tools/setup.sh; } | $sha256
}

# uv reads no pip variables: a mirror configured for pip is passed on. Without a usable home the cache goes into .venv.
configure_uv() {
    if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
    fi
    if [ -z "${UV_CACHE_DIR:-}" ]; then
        unset UV_CACHE_DIR
        cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}
        if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
            export UV_CACHE_DIR="$PWD/.venv/.cache"
            export PIP_NO_CACHE_DIR=1
        fi
    fi
    # The machine's own root certificates where it has some, as pip does: a company's index is often signed by one.
    if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
        export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
    fi
    export VIRTUAL_ENV="$PWD/.venv" UV_NO_PROGRESS=1 UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1
}

# Runs one step with its output kept back; shows all of it when the step fails.
quietly() {
    log=.venv/setup.log
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        fail "this step failed: $*" "Check the network and the package index that pip or uv is configured for, then run 'make setup' again."
    fi
}

# Tests need a Node with a WebSocket of its own: the machine's, else the one of requirements/node.txt (61 MB, which users are spared).
setup_node() {
    if node -e 'process.exit(+(typeof WebSocket !== "function"))' >/dev/null 2>&1; then return; fi
    wanted=$($sha256 <requirements/node.txt)
    if [ "$wanted" = "$(cat .venv/node/.complete 2>/dev/null)" ]; then return; fi
    [ -x .venv/bin/uv ] || fail "there is no environment in .venv yet." "'make setup' makes it; 'make test' and 'make e2e' do both."
    say "a Node for the tests, checked by hash"
    configure_uv
    rm -rf .venv/node
    quietly .venv/bin/uv pip install --no-deps --require-hashes --only-binary :all: --target .venv/node -r requirements/node.txt
    echo "$wanted" >.venv/node/.complete
}

if [ "${1:-}" = --node ]; then
    setup_node
    exit 0
fi

stamp=.venv/.complete
if [ -x .venv/bin/cyberai ] && .venv/bin/python -c '' 2>/dev/null && [ "$(digest)" = "$(cat "$stamp" 2>/dev/null)" ]; then
    [ "${1:-}" = --quiet ] || say "ready: .venv/bin/cyberai"
    exit 0
fi

check_prerequisites
rm -f "$stamp"
if ! .venv/bin/python -m pip --version >/dev/null 2>&1 || ! new_enough .venv/bin/python \
    || [ "$(cat .venv/.location 2>/dev/null)" != "$PWD" ]; then
    say "new environment in .venv ($("$python" --version))"
    rm -rf .venv
    "$python" -m venv .venv
    pwd >.venv/.location
fi
configure_uv
say "installer uv, checked by hash"
quietly .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
    --require-hashes --only-binary :all: -r requirements/bootstrap.txt
say "$(grep -c '==' requirements/dev.txt) packages of requirements/dev.txt, each checked by hash"
quietly .venv/bin/uv pip sync --require-hashes --only-binary :all: requirements/dev.txt
say "cyberai itself and its Python SDK"
quietly .venv/bin/uv pip install --no-deps --no-build-isolation --offline --editable . --editable sdks/python
digest >"$stamp"
say "ready: .venv/bin/cyberai"
