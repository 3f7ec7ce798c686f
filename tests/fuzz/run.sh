#!/usr/bin/env bash
# Lets libFuzzer make up what strangers could send, against the parsers and against every method of
# the whole server, under the address and undefined-behaviour sanitizers. Stops at what it finds.
#
#   bash tests/fuzz/run.sh                   a minute each
#   bash tests/fuzz/run.sh --seconds 600 methods policy
#     --seconds N   how long each
#     --keep        adds to corpus/ what reached further than what is there
#     NAME          only these, of: bearer catalog filter methods policy recurrence tokens
#
# Builds what is missing, with clang. What it finds lies in build/fuzz/found/, and is played again by
# naming it to the program: build/fuzz/bin/policy_fuzz FILE. For methods it is a folder: a server
# lives for many inputs, and all of them, in their order, are given to the program.
set -euo pipefail
# shellcheck source=../../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/lib.sh"
cd "$root"

all=(bearer catalog filter methods policy recurrence tokens)
seconds=60
keep=
names=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --seconds)
      [[ ${2:-} =~ ^[0-9]+$ ]] || die "--seconds wants a number"
      seconds=$2
      shift
      ;;
    --keep) keep=1 ;;
    *)
      [[ " ${all[*]} " == *" $1 "* ]] || die "there is no '$1': --seconds N, --keep, or ${all[*]}"
      names+=("$1")
      ;;
  esac
  shift
done
[[ ${#names[@]} -gt 0 ]] || names=("${all[@]}")

work=$root/build/fuzz
bash deploy/install.sh --with-fuzz
build fuzz "${names[@]/%/_fuzz}"

# What is written for people to begin with is where a fuzzer begins best.
mkdir -p "$work/seeds/catalog" "$work/seeds/policy" "$work/found"
cp tests/support/clinics.textproto "$work/seeds/catalog/"
cat deploy/policy/*.textproto > "$work/seeds/policy/demo.textproto"

# Debian's libraries are not instrumented: what they and we hand each other in containers is no fault.
export ASAN_OPTIONS=detect_container_overflow=0 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS=suppressions=$root/tests/lsan.supp:print_suppressions=0
for name in "${names[@]}"; do
  say "== $name, $seconds s"
  corpus=$work/corpus/$name
  mkdir -p "$corpus" "tests/fuzz/corpus/$name" "$work/seeds/$name"
  export CLARITY_FUZZ_INPUTS=$work/found/methods
  log=$work/$name.log
  if ! "$work/bin/${name}_fuzz" -max_total_time="$seconds" -max_len=60000 -timeout=25 \
    -rss_limit_mb=3000 -print_final_stats=1 -artifact_prefix="$work/found/$name-" \
    "$corpus" "tests/fuzz/corpus/$name" "$work/seeds/$name" > "$log" 2>&1; then
    tail -n 60 "$log"
    die "$name has found something: see $log and $work/found/"
  fi
  grep -E 'stat::number_of_executed_units|stat::new_units_added' "$log" | sed 's/stat:://'
  if [[ -n $keep ]]; then
    "$work/bin/${name}_fuzz" -merge=1 "tests/fuzz/corpus/$name" "$corpus" > /dev/null 2>&1
  fi
done
