#!/usr/bin/env bash
# Gets the binary: from a release archive whose checksum is right, or by building the action's own checkout.
#
# Comes in: ACTION_PATH (that checkout), VERSION (empty: the checkout's own; `source`: build it), SERVER and REPOSITORY
# (whose releases; no REPOSITORY: none), RUNNER_OS, RUNNER_ARCH, RUNNER_TEMP. Goes out: `bin` in GITHUB_OUTPUT.
set -euo pipefail

fail() {
  echo "::error title=cfn-lockout::$1"
  exit 1
}

sha256() {
  if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

own=$(sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' "$ACTION_PATH/Cargo.toml")
version=${VERSION:-$own}
version=${version#v}
[[ $version =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]] || fail "the input version is no version"

case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) target= ;;
esac
program=cfn-lockout
if [ "$RUNNER_OS" = Windows ]; then program=cfn-lockout.exe; fi

folder=$(mktemp -d "$RUNNER_TEMP/cfn-lockout.XXXXXX")
archive=cfn-lockout-v$version-$target.tar.gz
releases=${SERVER:-}/${REPOSITORY:-}/releases/download/v$version

get() {
  curl --fail --silent --show-error --location --retry 2 --output "$folder/$1" "$releases/$1"
}

# Whether there is a release archive. One with a wrong checksum ends the step: nothing is built in its place.
download() {
  [ -n "${REPOSITORY:-}" ] && [ -n "$target" ] && [ "$version" != source ] || return 1
  get "$archive" || return 1
  get SHA256SUMS || fail "the release v$version has no SHA256SUMS"
  local expected
  expected=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1; exit }' "$folder/SHA256SUMS")
  [ -n "$expected" ] || fail "SHA256SUMS of release v$version does not list $archive"
  [ "$expected" = "$(sha256 "$folder/$archive")" ] || fail "$archive has another checksum than SHA256SUMS of its release"
  tar -xzf "$folder/$archive" -C "$folder" "$program"
}

if download; then
  bin=$folder/$program
  echo "cfn-lockout $version from $archive, checksum verified"
elif [ "$version" != "$own" ] && [ "$version" != source ]; then
  fail "there is no release v$version for $RUNNER_OS $RUNNER_ARCH"
else
  command -v cargo > /dev/null || fail "there is no release archive for $RUNNER_OS $RUNNER_ARCH, and no cargo to build with"
  echo "there is no release archive: building cfn-lockout $own"
  cargo build --release --locked --manifest-path "$ACTION_PATH/Cargo.toml" --target-dir "$folder/target"
  bin=$folder/target/release/$program
fi
echo "bin=$bin" >> "$GITHUB_OUTPUT"
