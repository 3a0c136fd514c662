#!/bin/sh
# Builds rust-grpc.wasm beside this file. Debian 12, as root for the packages; any cargo since 1.85.
set -eu
cd "$(dirname "$0")"
name=$(basename "$PWD")

# Debian's compiler and its library sources belong together; they give us the standard library for wasm.
packages="rustc-web=1.96.0+dfsg1-1~deb12u2 rust-web-src=1.96.0+dfsg1-1~deb12u2 lld-22=1:22.1.8-1~deb12u1"
command -v cargo >/dev/null || packages="$packages cargo-web=1.96.0+dfsg1-1~deb12u2"
dpkg -s rustc-web rust-web-src lld-22 >/dev/null 2>&1 || apt-get install -y --no-install-recommends $packages
PATH="$PATH:$(dirname "$(dpkg -L rustc-web | grep 'bin/rustc$')")"

RUSTC=$(dpkg -L rustc-web | grep 'bin/rustc$')
RUSTC_BOOTSTRAP=1
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22
export RUSTC RUSTC_BOOTSTRAP CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
cargo build --release --locked --target wasm32-unknown-unknown \
  -Z build-std=std,panic_abort -Z trim-paths --config 'profile.release.trim-paths="all"'
cp "${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/$(echo "$name" | tr - _).wasm" "$name.wasm"
