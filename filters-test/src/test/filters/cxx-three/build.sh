#!/bin/sh
# Builds cxx-three.wasm beside this file. Debian 12, as root for the packages.
set -eu
cd "$(dirname "$0")"
version=1:22.1.8-1~deb12u1
dpkg -s clang-22 lld-22 libc++-22-dev-wasm32 libc++abi-22-dev-wasm32 libclang-rt-22-dev-wasm32 wasi-libc >/dev/null 2>&1 ||
  apt-get install -y --no-install-recommends clang-22=$version lld-22=$version libc++-22-dev-wasm32=$version \
    libc++abi-22-dev-wasm32=$version libclang-rt-22-dev-wasm32=$version wasi-libc=0.0~git20220510.9886d3d-2
# --no-wasm-opt and --strip-debug keep the function names, so that a trap can name them.
clang++-22 --target=wasm32-wasi -Wno-deprecated -Wall -Wextra -mexec-model=reactor -std=c++20 -fno-exceptions -fno-rtti \
  -Os --no-wasm-opt -Wl,--export=malloc -Wl,--strip-debug -o cxx-three.wasm cxx-three.cc
