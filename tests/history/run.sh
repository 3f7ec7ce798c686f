#!/usr/bin/env bash
# Kills the real server again and again while many processes call it, lets them race for the same
# times, and has a checker that knows only what each of them wrote down say whether it can have been
# so. Prints the seed and what was survived; or the lines that contradict each other.
#
#   bash tests/history/run.sh          a short one: 5 kills, 6 seconds of racing, 8 callers
#     --kills N      how often the server is killed
#     --minutes N    how long the callers race after the last kill
#     --callers N    how many processes call
#     --seed N       what each of them does follows from it; when, does not
#
# Builds what is missing. The journals of a history that cannot have been are kept.
set -euo pipefail
# shellcheck source=../../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/lib.sh"
cd "$root"

kills=5
minutes=0.1
callers=8
seed=$RANDOM
while [[ $# -gt 0 ]]; do
  [[ $# -ge 2 && $1 =~ ^--(kills|minutes|callers|seed)$ && $2 =~ ^[0-9]+(\.[0-9]+)?$ ]] ||
    die "cannot read '$*': there are --kills, --minutes, --callers and --seed, each with a number"
  printf -v "${1#--}" %s "$2"
  shift 2
done

build release history clarityd
journals=$(mktemp -d "${TMPDIR:-/tmp}/clarity-history-XXXXXX")
say "seed $seed: $kills kills, then $minutes minutes of racing, $callers callers"
build/release/bin/history --kills "$kills" --minutes "$minutes" --callers "$callers" \
  --seed "$seed" --journals "$journals" || die "it broke off; the journals are in $journals"
/usr/bin/python3 -B tests/history/history.py "$journals" ||
  die "seed $seed: the journals are in $journals"
rm -rf "$journals"
