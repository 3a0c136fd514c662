#!/bin/sh
# Builds old-imports.wasm beside this file. Needs wat2wasm of wabt 1.0.32 or newer.
set -eu
cd "$(dirname "$0")"
wat2wasm -o old-imports.wasm old-imports.wat
