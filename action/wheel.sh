#!/usr/bin/env bash
# Builds the program for one target and packs it as a wheel: TARGET comes in, a wheel in dist/ goes out. What pack.sh has
# built is not built again. maturin is the one on the PATH, else it is installed at the version that the tests use.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v maturin > /dev/null; then
  venv=$(mktemp -d)
  python3 -m venv "$venv"
  PATH=$venv/bin:$venv/Scripts:$PATH
  python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/peers/maturin.txt
fi
. action/flags.sh
# On Linux the program is static (musl), so one wheel is for glibc and for musl; elsewhere these tags mean nothing.
maturin build --release --locked --target "$TARGET" --compatibility manylinux2014 musllinux_1_2 --out dist
