#!/usr/bin/env bash
# Installs the Debian packages of deploy/packages.txt that this machine lacks, and nothing else.
#
#   bash deploy/install.sh               what building and running need
#   bash deploy/install.sh --with-tests  also what the tests and the checks of form need
#   bash deploy/install.sh --with-bench  also what tests/bench/run.sh measures beside
#   bash deploy/install.sh --with-fuzz   also what tests/fuzz/run.sh builds with
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
source "$here/lib.sh"

packages_of() {  # GROUP
  awk -v group="[$1]" '
    { sub(/#.*/, ""); sub(/[ \t]+$/, "") }
    /^\[/ { inside = ($0 == group); next }
    inside && $0 != "" { print }' "$here/packages.txt"
}

missing_of() {  # PACKAGE...
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null) == *installed* ]] ||
      echo "$package"
  done
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "neither root nor sudo. As root, run: apt-get install --no-install-recommends ${missing[*]}"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

case "${1:-}" in
  '') groups=(build) ;;
  --with-tests) groups=(build test lint)
    command -v npm >/dev/null || groups+=(npm) ;;
  --with-bench) groups=(build bench) ;;
  --with-fuzz) groups=(build fuzz) ;;
  *) die "unknown option $1 (there are --with-tests, --with-bench and --with-fuzz)" ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  say "No apt-get here: nothing installed. deploy/packages.txt names what the build looks for."
  exit 0
fi

wanted=()
for group in "${groups[@]}"; do
  mapfile -t -O "${#wanted[@]}" wanted < <(packages_of "$group")
done
mapfile -t missing < <(missing_of "${wanted[@]}")
if [[ ${#missing[@]} -eq 0 ]]; then
  say "Packages: all ${#wanted[@]} are installed."
  exit 0
fi

say "Packages: installing ${#missing[@]} of ${#wanted[@]}: ${missing[*]}"
lists_are_fresh=$(find /var/lib/apt/lists -name '*Packages*' -mmin -1440 -print -quit 2>/dev/null || true)
if [[ -z $lists_are_fresh ]]; then
  apt update
fi
if ! apt install -y --no-install-recommends "${missing[@]}" >/dev/null; then
  say "Packages: trying once more with fresh package lists."
  apt update
  apt install -y --no-install-recommends "${missing[@]}" >/dev/null
fi
say "Packages: done."
