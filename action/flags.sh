#!/usr/bin/env bash
# Flags for every release build, for scripts to source: nothing of the machine gets into the program, neither where it was built,
# nor where cargo and the compiler are. The same for the archive and the wheel, so that the second is not built again.
remap="--remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$(rustc --print sysroot)=rust"
export RUSTFLAGS="${RUSTFLAGS:-} $remap"
