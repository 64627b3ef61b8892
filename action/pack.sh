#!/usr/bin/env bash
# Builds the program for one target and packs it, as action/install.sh finds it: TARGET and TAG come in, an archive in dist/
# goes out. The tag has to be the version of Cargo.toml.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' Cargo.toml)
if [ "$TAG" != "v$version" ]; then
  echo "the tag $TAG is not the version $version of Cargo.toml" >&2
  exit 1
fi
rustup target add "$TARGET"
. action/flags.sh
cargo build --release --locked --target "$TARGET"

program=cfn-lockout
case "$TARGET" in *windows*) program=cfn-lockout.exe ;; esac
folder=$(mktemp -d)
cp "target/$TARGET/release/$program" LICENSE README.md "$folder"
mkdir -p dist
tar -czf "dist/cfn-lockout-$TAG-$TARGET.tar.gz" -C "$folder" "$program" LICENSE README.md
