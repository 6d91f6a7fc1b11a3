#!/usr/bin/env bash
# Brings an overlay into the cluster that kubectl knows: deploy/kubernetes/deploy.sh OVERLAY_FOLDER
# Migrations first, and nothing else when they fail; then all the rest. What does not come up, or
# does not answer at GATEWAY_URL and PORTAL_URL (where they are set), is taken back. Migrations are
# not: the release before runs on the newer tables (docs/deploy/upgrade.md).
set -euo pipefail
overlay="${1:?which overlay}"
namespace="${NAMESPACE:-tollgate}"
within="${ROLLOUT_WITHIN:-15m}"
workloads=(deployment/billing-core deployment/web statefulset/gateway)

kube() { kubectl --namespace "$namespace" "$@"; }

rendered="$(mktemp)"
trap 'rm -f "$rendered"' EXIT
kubectl kustomize "$overlay" > "$rendered"

kubectl get namespace "$namespace" > /dev/null 2>&1 || kubectl create namespace "$namespace"

# A Job can't be changed. The one of the release before has done its work.
kube delete job migrate --ignore-not-found
kube apply -f "$rendered" --selector app.kubernetes.io/component=migration
if ! kube wait job/migrate --for=condition=complete --timeout="${MIGRATE_WITHIN:-60m}"; then
  kube logs job/migrate --tail=50 || true
  echo 'migrations failed: nothing else was changed' >&2
  exit 1
fi

take_back() {
  echo "$1: back to the release before" >&2
  for workload in "${workloads[@]}"; do kube rollout undo "$workload" || true; done
  for workload in "${workloads[@]}"; do
    kube rollout status "$workload" --timeout="$within" || true
  done
  exit 1
}

# Cores before gateways: an older core does not know what a newer gateway may say.
kube apply -f "$rendered" --selector app.kubernetes.io/component!=data-plane
kube rollout status deployment/billing-core --timeout="$within" || take_back 'billing-core does not come up'

kube apply -f "$rendered"
for workload in "${workloads[@]}"; do
  kube rollout status "$workload" --timeout="$within" || take_back "$workload does not come up"
done

# A gateway refuses a request without a key, by its own words.
if [ -n "${GATEWAY_URL:-}" ]; then
  status="$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 \
    --retry 10 --retry-connrefused "$GATEWAY_URL/" || true)"
  case "$status" in
    401 | 404) ;;
    *) take_back "the gateway answers $status" ;;
  esac
fi
if [ -n "${PORTAL_URL:-}" ]; then
  curl --silent --fail --output /dev/null --max-time 10 --retry 10 --retry-connrefused \
    "$PORTAL_URL/api/openapi.json" || take_back 'the portal does not reach billing-core'
fi
echo "$overlay is in $namespace"
