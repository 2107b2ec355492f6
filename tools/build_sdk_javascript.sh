#!/bin/sh
# Makes sdks/javascript/src/index.min.js, the one file for browsers without a bundler, with esbuild from npm. Needed after a
# change of a hand-written module only: the generated operations.js, and what only Node loads, stay files of their own.
set -eu
cd "$(dirname "$0")/../sdks/javascript/src"
parts="answers.js client.js errors.js events.js http.js index.js settings.js table.js waiting.js"
digest=$(cat $parts | sha256sum | cut -d ' ' -f 1)
npx --yes esbuild@0.28.2 index.js --bundle --minify --mangle-props=^_ --format=esm --log-level=error \
    --external:./operations.js --external:./node.js \
    --banner:js="/*! Made by tools/build_sdk_javascript.sh from $digest */" --outfile=index.min.js
