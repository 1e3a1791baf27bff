#!/usr/bin/env bash
# ./run.sh ISSUER DATABASE [node] [apps] [spa] [aspnet] [dotnet] [gateway] [apache]
# Registers the clients of this folder at a running server, and runs published libraries and gateways against it: all
# of them, or those that are named. A line for each capability; the exit code is not 0 when one of them failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if (($# < 2)); then
  echo 'Say which server, and its database: ./run.sh http://localhost:5080 "postgresql://…" [node] [apps] …' >&2
  exit 2
fi
issuer=$1 database=$2
parts=("${@:3}")
if ((${#parts[@]} == 0)); then parts=(node apps spa aspnet dotnet gateway apache); fi
port=${STOCK_PORT:-$((20000 + RANDOM % 12000))} # of the first app; the others follow

psql "$database" -qv jwks="$(node key.mjs)" -v port="$port" -f clients.sql

packages() { # packages FOLDER: those of its lock file
  if [[ ! $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; then
    npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --silent || return
    touch "$1/node_modules/.package-lock.json"
  fi
}

build() { # build PROJECT…
  for project in "$@"; do dotnet build "$project" -c Release --nologo -v quiet -clp:NoSummary || return; done
}

failed=0
for part in "${parts[@]}"; do
  printf '\n== %s\n' "$part"
  case $part in
    node) packages . && node main.mjs "$issuer" || failed=1 ;;
    apps) packages . && node apps.mjs "$issuer" "$port" || failed=1 ;;
    spa) packages . && packages ../Spa && build ../ResourceApi && node spa.mjs "$issuer" "$port" || failed=1 ;;
    aspnet) packages . && build ../ResourceApi ../ThirdPartyApp dotnet && node aspnet.mjs "$issuer" "$port" || failed=1 ;;
    dotnet) dotnet run -c Release --project dotnet -- "$issuer" "$PWD/key.json" || failed=1 ;;
    gateway) ./gateway.sh "$issuer" || failed=1 ;;
    apache) packages . && node apache.mjs "$issuer" "$port" || failed=1 ;;
    *) echo "FAILED: there is no part $part" && failed=1 ;;
  esac
done
exit $failed
