#!/bin/sh
# Builds as-both.wasm beside this file. Needs Node.js 18 or newer with npm.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
# --debug only adds the function names, so that a trap can name them.
node_modules/.bin/asc assembly/index.ts -b as-both.wasm --use abort=abort_proc_exit -O3s --noAssert --debug
