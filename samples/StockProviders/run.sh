#!/usr/bin/env bash
# ./run.sh ISSUER DATABASE PORT PORT
# Runs a published OpenID provider as Google and as Microsoft Entra at these ports, and people in Chromium who sign in
# there at a running server. A line for each capability; the exit code is not 0 when one of them failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if (($# < 4)); then
  echo 'Say which server, its database, and two ports: ./run.sh http://localhost:5080 "postgresql://…" 20000 20001' >&2
  exit 2
fi
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
  npm ci --ignore-scripts --no-audit --no-fund --silent
  touch node_modules/.package-lock.json
fi
exec node main.mjs "$@"
