#!/usr/bin/env bash
# After `docker compose up`: waits for the demo data, sends a request through each gateway, and looks
# whether billing-core has counted both.
set -euo pipefail
cd "$(dirname "$0")/../.."

demo() { docker compose exec -T billing-core cat "/setup/$1"; }

for _ in $(seq 120); do
  key="$(demo demo.json 2> /dev/null | jq --raw-output 'select(.complete) | .apiKey' || true)"
  [ -n "$key" ] && break
  sleep 1
done
[ -n "$key" ] || { echo 'no demo data' >&2; exit 1; }

for port in 4002 4022; do
  curl --fail-with-body --silent --show-error --retry 10 --retry-all-errors --max-time 10 \
    -H "Authorization: Bearer $key" "http://localhost:$port/demo/weather?city=Berlin" > /dev/null
done
curl --fail --silent --show-error http://localhost:4000/ | grep --quiet -i '<!doctype html>'

token="$(demo admin-token)"
for _ in $(seq 30); do
  counts="$(curl --fail --silent -H "Authorization: Bearer $token" http://localhost:4001/v1/usage/counts)"
  [ "$(jq '.compared > 0 and .differing == 0' <<< "$counts")" = true ] && break
  sleep 1
done
jq --exit-status '.compared > 0 and .differing == 0' <<< "$counts" > /dev/null
echo 'two gateways answered, and what they counted is in the ledger'
