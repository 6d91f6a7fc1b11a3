#!/usr/bin/env bash
# The section `## [0.1.0]` of a version in CHANGELOG.md: deploy/release-notes.sh 0.1.0 [FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
notes="$(awk -v heading="## [$1]" '
  index($0, "## ") == 1 { inside = index($0, heading) == 1; next }
  inside { print }
' "${2:-CHANGELOG.md}")"
if [ -z "${notes//[[:space:]]/}" ]; then
  echo "CHANGELOG.md says nothing of $1" >&2
  exit 1
fi
echo "$notes"
