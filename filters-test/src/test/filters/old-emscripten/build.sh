#!/bin/sh
# Builds old-emscripten.wasm beside this file. Debian 12, as root for the packages.
set -eu
cd "$(dirname "$0")"
version=1:22.1.8-1~deb12u1
dpkg -s clang-22 lld-22 >/dev/null 2>&1 ||
  apt-get install -y --no-install-recommends clang-22=$version lld-22=$version
clang-22 --target=wasm32-unknown-unknown -mcpu=mvp -Wall -Wextra -nostdlib -fno-builtin -Os --no-wasm-opt -Wl,--no-entry \
  -Wl,--export-table -Wl,--strip-debug -Wl,-z,stack-size=8192 -o old-emscripten.wasm old-emscripten.c
