#!/bin/sh
# Builds everywhere.wasm and everywhere-010.wasm beside this file. Debian 12, with the packages of plugins/redact/build.sh.
set -eu
cd "$(dirname "$0")"
build() {
  clang++-22 --target=wasm32-wasi -Wno-deprecated -Wall -Wextra -mexec-model=reactor -std=c++20 -fno-exceptions -fno-rtti \
    -Os --no-wasm-opt -Wl,--export=malloc -Wl,--strip-debug "$@" everywhere.cc
}
build -o everywhere.wasm
build -DABI_010 -o everywhere-010.wasm
