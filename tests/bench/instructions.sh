#!/usr/bin/env bash
# Whether a search or a booking takes the server more than a tenth more instructions than
# instructions.txt has. Counted by callgrind: a regression shows on any machine, whatever else runs.
#
#   bash tests/bench/instructions.sh          exits 1 if one does
#   bash tests/bench/instructions.sh --keep   writes instructions.txt anew
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../deploy/lib.sh
source "$here/../../deploy/lib.sh"

kept=$here/instructions.txt
percent_more_max=10

keep=false
case "${1:-}" in
  '') ;;
  --keep) keep=true ;;
  *) die "unknown option $1 (there is --keep)" ;;
esac
build release clarityd instructions_bench >&2

all_met=true
counts=()
while read -r call before; do
  now=$("$bin/instructions_bench" "$call")
  percent_more=$((100 * (now - before) / before))
  say "a $call takes $now instructions, $percent_more % more than the $before of instructions.txt"
  counts+=("$call $now")
  [[ $percent_more -le $percent_more_max ]] || all_met=false
done <"$kept"
if [[ $keep == true ]]; then
  printf '%s\n' "${counts[@]}" >"$kept"
  exit
fi
[[ $all_met == true ]] || die "more than $percent_more_max % more: find out why, or --keep the new counts"
