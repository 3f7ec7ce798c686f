#!/usr/bin/env bash
# Measures what README.md describes. One line a figure on the standard output,
#
#   name  value  target  ok|short
#
# and how it went on the standard error. Exits 1 if a figure is short.
#
#   bash tests/bench/run.sh [FIGURE...]   all figures, or those named
#     --json                              the same as JSON
#     --seconds N                         length of each measurement (default 4)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../deploy/lib.sh
source "$here/../../deploy/lib.sh"
# shellcheck source=postgres.sh
source "$here/postgres.sh"

server_core=0
client_core=1
client_busy_max=0.9
rounds=5
seconds=4
body_bytes=480  # of an appointment in our own table

all_figures=(findslots_vs_echo findslots_near_vs_echo engine_vs_or engine_by_resources engine_by_days
  book_vs_pgbench first_call_ms memory_mib memory_beyond_bitmaps)
declare -A targets=(
  [findslots_vs_echo]='>=0.7'
  [findslots_near_vs_echo]='>=0.4'
  [engine_vs_or]='<=4'
  [engine_by_resources]='<=1.05'
  [engine_by_days]='<=1.05'
  [book_vs_pgbench]='>=1.0'
  [first_call_ms]='<=5'
  [memory_mib]='<=1536'
  [memory_beyond_bitmaps]='<=64'
)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

parse_arguments() {
  json=false
  figures=()
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --json) json=true ;;
      --seconds)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--seconds needs a number"
        seconds=$2
        shift
        ;;
      --help | -h)
        usage
        exit
        ;;
      *)
        [[ -n ${targets[$1]:-} ]] || die "unknown figure $1 (there are ${all_figures[*]})"
        figures+=("$1")
        ;;
    esac
    shift
  done
  [[ ${#figures[@]} -gt 0 ]] || figures=("${all_figures[@]}")
}

# Each measurement prints its value and how busy the client's core was at most.

measure_findslots_vs_echo() {
  "$bin/findslots_bench" --server-core "$server_core" --client-core "$client_core" \
    --seconds "$seconds"
}

measure_findslots_near_vs_echo() {
  "$bin/findslots_bench" --server-core "$server_core" --client-core "$client_core" \
    --seconds "$seconds" --network l
}

measure_first_call_ms() {
  echo "$("$bin/idle_bench") 0"
}

measure_memory_mib() {
  echo "$("$bin/memory_bench" | cut -d ' ' -f 1) 0"
}

measure_memory_beyond_bitmaps() {
  echo "$("$bin/memory_bench" | cut -d ' ' -f 2) 0"
}

measure_engine_vs_or() {
  echo "$(taskset -c "$server_core" "$bin/engine_bench" --ratio) 0"
}

measure_engine_by_resources() {
  echo "$(taskset -c "$server_core" "$bin/engine_bench" --by-resources) 0"
}

measure_engine_by_days() {
  echo "$(taskset -c "$server_core" "$bin/engine_bench" --by-days) 0"
}

measure_book_vs_pgbench() {
  local round ours busy theirs
  for round in $(seq "$rounds"); do
    read -r ours busy < <("$bin/book_bench" --server-core "$server_core" \
      --client-core "$client_core" --seconds "$seconds" --seed "$round")
    theirs=$(measure_postgres)
    printf 'pgbench         %6.0f /s\n' "$theirs" >&2
    awk -v a="$ours" -v b="$theirs" -v busy="$busy" 'BEGIN { printf "%.3f %s\n", a / b, busy }'
  done | sort -g | awk '{ ratio[NR] = $1; if ($2 > busiest) busiest = $2 }
                        END { print ratio[int((NR + 1) / 2)], busiest }'
}

meets() {  # VALUE TARGET
  awk -v value="$1" -v bound="${2:2}" -v relation="${2:0:2}" \
    'BEGIN { exit !(relation == ">=" ? value >= bound : value <= bound) }'
}

report() {  # NAME
  local name=$1 value busy verdict=ok
  say "== $name" >&2
  read -r value busy < <("measure_$name") || die "$name could not be measured"
  if ! meets "$value" "${targets[$name]}"; then
    verdict=short
  elif ! meets "$busy" "<=$client_busy_max"; then
    say "$name does not count: the client's core was $busy busy, by whatever ran there" >&2
    verdict=short
  fi
  [[ $verdict == ok ]] || all_met=false
  if [[ $json == true ]]; then
    lines+=("{\"name\": \"$name\", \"value\": $value, \"target\": \"${targets[$name]}\", \"client_core_busy\": $busy, \"verdict\": \"$verdict\"}")
  else
    printf '%-22s  %8s  %6s  %s\n' "$name" "$value" "${targets[$name]}" "$verdict"
  fi
}

# A directory on a disk, where the stores of both sides lie; gone at the end, come what may.
make_work() {
  work=$(mktemp -d "${CLARITY_BENCH_DIR:-/var/tmp}/clarity-bench-XXXXXX")
  trap 'stop_postgres; rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  chmod 711 "$work"
  [[ $(stat -f -c %T "$work") != tmpfs ]] ||
    die "$work is in memory: set CLARITY_BENCH_DIR to a directory on a disk"
  export TMPDIR=$work
}

parse_arguments "$@"
[[ $(nproc) -ge 2 ]] || die "needs two cores: one for the server, one for the client"
bash "$root/deploy/install.sh" --with-bench >&2
build release clarityd bench_echo_server engine_bench findslots_bench book_bench idle_bench \
  memory_bench >&2
make_work
[[ " ${figures[*]} " != *' book_vs_pgbench '* ]] || start_postgres
all_met=true
lines=()
for figure in "${figures[@]}"; do
  report "$figure"
done
if [[ $json == true ]]; then
  printf '[%s]\n' "$(IFS=,; echo "${lines[*]}")"
fi
[[ $all_met == true ]]
