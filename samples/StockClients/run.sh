#!/usr/bin/env bash
# ./run.sh ISSUER DATABASE [node] [dotnet] [gateway]
# Registers the clients of this folder at a running server, and runs published libraries and a gateway against it: all
# of them, or those that are named. A line for each capability; the exit code is not 0 when one of them failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if (($# < 2)); then
  echo 'Say which server, and its database: ./run.sh http://localhost:5080 "postgresql://…" [node] [dotnet] [gateway]' >&2
  exit 2
fi
issuer=$1 database=$2
parts=("${@:3}")
if ((${#parts[@]} == 0)); then parts=(node dotnet gateway); fi

psql "$database" -qv jwks="$(node key.mjs)" -f clients.sql

stock_node() {
  if [[ ! -d node_modules ]]; then npm ci --ignore-scripts --no-audit --no-fund --silent; fi
  node main.mjs "$issuer"
}

failed=0
for part in "${parts[@]}"; do
  printf '\n== %s\n' "$part"
  case $part in
    node) stock_node || failed=1 ;;
    dotnet) dotnet run -c Release --project dotnet -- "$issuer" "$PWD/key.json" || failed=1 ;;
    gateway) ./gateway.sh "$issuer" || failed=1 ;;
    *) echo "FAILED: there is no part $part" && failed=1 ;;
  esac
done
exit $failed
