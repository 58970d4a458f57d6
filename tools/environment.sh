#!/bin/sh
# Makes .venv hold exactly what requirements.lock says, and this project beside it, editable.
# Usage: sh tools/environment.sh [python] [another lock]     Called by make; safe to run again. What the other lock
# names is added.
set -eu

UV_VERSION=0.13.9

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

python=${1:-}
if [ -n "$python" ]; then
    fits "$python" || {
        echo "PYTHON=$python：$("$python" --version 2>&1 | head -n 1 || true)。需要 Python 3.11、3.12 或 3.13。" >&2
        echo "PYTHON=$python is not Python 3.11, 3.12 or 3.13; name one that is." >&2
        exit 2
    }
else
    for each in python3 python3.13 python3.12 python3.11 python; do
        if fits "$each"; then python=$each && break; fi
    done
    [ -n "$python" ] || {
        echo "没有找到 Python 3.11–3.13（python3 是 $(python3 --version 2>&1 || true)）。安装后重试，或用 make PYTHON=路径 指定。" >&2
        echo "No Python 3.11 to 3.13 found. Install one, or name it: make PYTHON=/path/to/python3.12" >&2
        exit 2
    }
fi

# An environment of another Python, or one that no longer starts, is made anew.
if [ -d .venv ] && ! fits .venv/bin/python; then
    rm -rf .venv
fi
if ! [ -x .venv/bin/pip ]; then
    echo "准备环境 · setting up .venv with $("$python" --version)" >&2
    "$python" -m venv .venv || {
        echo "无法建立虚拟环境；Debian/Ubuntu 请先 apt-get install python3-venv" >&2
        echo "Could not make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2
        exit 2
    }
fi
.venv/bin/pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"

# uv does not read pip's settings; an index or a certificate that pip is told of holds for uv too.
setting() { .venv/bin/pip config get "$1" 2>/dev/null || true; }
index=${PIP_INDEX_URL:-$(setting global.index-url)}
cert=${PIP_CERT:-$(setting global.cert)}
if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi
if [ -n "$cert" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE="$cert"; fi
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"

.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable .
if [ -n "${2:-}" ]; then
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$2"
fi
