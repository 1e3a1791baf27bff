#!/usr/bin/env bash
# ./gateway.sh http://localhost:5080
# An Apache of its own with mod_oauth2 on a port of this machine, as gateway.conf says; ended again when done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export ISSUER=${1:?Say which server: ./gateway.sh http://localhost:5080}
export GATEWAY_SECRET=${OAUTH_CONFORMANCE_SECRET:-demo-web-secret}
export GATEWAY_API=$ISSUER/.well-known/jwks.json # stands for the API behind the gateway: something that answers 200
export APACHE_MODULES=/usr/lib/apache2/modules
files=https://files.stock.example notes=https://notes.stock.example
failures=0

check() { # check NAME COMMAND…
  if "${@:2}"; then
    echo "ok      mod_oauth2: $1"
  else
    echo "FAILED: mod_oauth2: $1"
    failures=$((failures + 1))
  fi
}

ask() { curl -sS --max-time 20 -u "stock-service:$GATEWAY_SECRET" "$@"; }

token() { # token RESOURCE SCOPE
  ask -d grant_type=client_credentials --data-urlencode "resource=$1" -d "scope=$2" "$ISSUER/oauth/token" |
    sed -nE 's/.*"access_token":"([^"]+)".*/\1/p'
}

status() { # status [TOKEN [HEADER]]
  curl -sS --max-time 20 -o "$GATEWAY_FOLDER/answer" -w '%{http_code}' \
    ${1:+-H "Authorization: Bearer $1"} ${2:+-H "$2"} "$gateway/files"
}

gives() { # gives STATUS [TOKEN [HEADER]]
  local is
  is=$(status "${@:2}")
  [[ $is == "$1" ]] || { echo "        the status is $is, not $1" && false; }
}

# One second until the server says so on every instance, one more in the gateway's memory, and one to ask.
refused_soon() {
  local end=$((SECONDS + 3))
  until [[ $(status "$1") == 401 ]]; do
    if ((SECONDS >= end)); then echo "        the token is still accepted" && return 1; fi
    sleep 0.1
  done
}

apache=$(PATH="$PATH:/usr/sbin" command -v apache2 || true)
if [[ -z $apache || ! -f $APACHE_MODULES/mod_oauth2.so ]]; then
  echo 'FAILED: mod_oauth2: it is not here. Install it: apt-get install apache2 libapache2-mod-oauth2'
  exit 1
fi

GATEWAY_FOLDER=$(mktemp -d)
export GATEWAY_FOLDER
chmod 755 "$GATEWAY_FOLDER"
pid=
finish() {
  if [[ -n $pid ]]; then kill "$pid" 2>/dev/null && wait "$pid" || true; fi
  rm -rf "$GATEWAY_FOLDER"
}
trap finish EXIT

# A port that nobody has; another one when somebody was faster.
for _ in 1 2 3 4 5; do
  export GATEWAY_PORT=$((20000 + RANDOM % 12000))
  gateway=http://127.0.0.1:$GATEWAY_PORT
  "$apache" -DFOREGROUND -f "$PWD/gateway.conf" 2>"$GATEWAY_FOLDER/start.log" &
  pid=$!
  for _ in {1..100}; do
    if ! kill -0 "$pid" 2>/dev/null; then pid= && break; fi
    if [[ -s $GATEWAY_FOLDER/httpd.pid ]] && curl -s --max-time 5 -o /dev/null "$gateway/"; then break 2; fi
    sleep 0.1
  done
done
if [[ -z $pid ]]; then
  echo 'FAILED: mod_oauth2: Apache does not start' && cat "$GATEWAY_FOLDER/start.log" && exit 1
fi

good=$(token "$files" files:read)
both=$(token "$files" 'files:read files:write')
less=$(token "$files" files:write)
other=$(token "$notes" notes:read)
check 'no token is refused' gives 401
check 'no JWT at all is refused' gives 401 nonsense
check 'a token is let through' gives 200 "$good"
check 'the API behind it answers' grep -q '"keys"' "$GATEWAY_FOLDER/answer"
check 'a token with further scopes is let through' gives 200 "$both"
check 'a token without the scope is refused' gives 403 "$less"
check 'a claim that the request brings itself counts for nothing' gives 403 "$less" 'OAUTH2_CLAIM_scope: files:read'
check 'a forged token is refused' gives 401 "${good%????}AAAA"
check 'a token for another API is refused' gives 401 "$other"
ask -d "token=$good" "$ISSUER/oauth/revoke" -o "$GATEWAY_FOLDER/answer"
check 'a revoked token is refused' refused_soon "$good"
exit $((failures > 0))
