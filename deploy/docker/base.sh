#!/usr/bin/env bash
# The base of our images by its digest, as it is now: deploy/docker/base.sh [node:26-slim]
# A tag is another image tomorrow. A digest is the same one for each part, and can be looked up.
set -euo pipefail
image="${1:-node:26-slim}"
digest="$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')"
if [[ ! "$digest" =~ ^sha256:[0-9a-f]{64}$ ]]; then
  echo "$image has no digest: $digest" >&2
  exit 1
fi
echo "$image@$digest"
