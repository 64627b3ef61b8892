#!/usr/bin/env bash
# Builds the plugin for the CDK and packs it for npm: an archive in dist/ goes out. Its compiler is the one that is installed
# already, else it comes at the version of the lock file.
set -euo pipefail
cd "$(dirname "$0")/../plugins/cdk"

test -d node_modules || npm ci --ignore-scripts
npm exec --no -- tsc
mkdir -p ../../dist
npm pack --ignore-scripts --pack-destination ../../dist
