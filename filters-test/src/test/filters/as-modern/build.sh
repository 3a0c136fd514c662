#!/bin/sh
# Builds as-modern.wasm beside this file. Needs Node.js 20 or newer with npm.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
# --debug only adds the function names, so that a trap can name them.
node_modules/.bin/asc assembly/index.ts -o as-modern.wasm --config node_modules/@assemblyscript/wasi-shim/asconfig.json \
  --use abort=abort_proc_exit -O3s --debug
