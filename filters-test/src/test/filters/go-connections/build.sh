#!/bin/sh
# Builds go-connections.wasm beside this file. Needs Go 1.24 or newer; 1.26.8 gives the committed bytes.
set -eu
cd "$(dirname "$0")"
GOOS=wasip1 GOARCH=wasm GOFLAGS=-mod=readonly go build -trimpath -buildmode=c-shared -buildvcs=false -ldflags "-s -w" -o go-connections.wasm .
