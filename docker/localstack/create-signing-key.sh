#!/usr/bin/env bash
# Run by LocalStack once it is ready: makes an RSA key (PKCS#8 PEM) and stores it where the server looks for it.
set -euo pipefail
key="$(mktemp)"
trap 'rm -f "$key"' EXIT
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key" 2>/dev/null
awslocal secretsmanager create-secret --name oauth/jwt-private-key --secret-string "file://$key" >/dev/null
echo "created oauth/jwt-private-key"
