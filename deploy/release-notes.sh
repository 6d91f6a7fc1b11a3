#!/usr/bin/env bash
# What CHANGELOG.md says of a version:
#   deploy/release-notes.sh 0.1.0 [FILE]              prints the section `## [0.1.0]`
#   deploy/release-notes.sh --cut 0.1.0 [FILE] [DAY]  makes it of `## Unreleased`, which is empty then
set -euo pipefail
cut=no
if [ "${1:-}" = --cut ]; then
  cut=yes
  shift
fi
version="${1:?which version}"
file="${2:-$(dirname "$0")/../CHANGELOG.md}"

section() {
  awk -v heading="$1" '
    index($0, "## ") == 1 { inside = index($0, heading) == 1; next }
    inside { print }
  ' "$file"
}

if [ "$cut" = no ]; then
  notes="$(section "## [$version]")"
  if ! grep --quiet '[^[:space:]]' <<< "$notes"; then
    echo "CHANGELOG.md says nothing of $version" >&2
    exit 1
  fi
  echo "$notes"
  exit
fi

day="${3:-$(date --utc +%F)}"
if [[ ! "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
  echo "$version is no version" >&2
  exit 1
fi
if grep --quiet --fixed-strings "## [$version]" "$file"; then
  echo "$version has been cut already" >&2
  exit 1
fi
new="$(section '## Unreleased')"
if ! grep --quiet '[^[:space:]]' <<< "$new"; then
  echo 'nothing is unreleased' >&2
  exit 1
fi
whole="$(mktemp)"
trap 'rm -f "$whole"' EXIT
awk -v cut="## [$version] - $day" '
  { print }
  $0 == "## Unreleased" { print ""; print cut }
' "$file" > "$whole"
cat "$whole" > "$file"
