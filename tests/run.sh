#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. Stops at the first part that fails.
#
#   bash tests/run.sh          what decides landing: under 15 minutes on 2 cores
#   bash tests/run.sh --fast   the tests that start no server
#   bash tests/run.sh --full   all of it: also the long variants of tests (CLARITY_LONG=1), every
#                              file through clang-tidy, 300 kills and five minutes of racing,
#                              the instructions that a search and a booking take, whether the
#                              simulation finds every fault that is planted for it, a minute of
#                              fuzzing for each parser and for all methods, and the sanitizers
#
# Each part's output is kept in build/test-logs/.
set -euo pipefail
# shellcheck source=../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../deploy/lib.sh"
cd "$root"

logs=$root/build/test-logs
passed=0
failed=0
summary=()

# Debian's abseil and gRPC are not instrumented, so the thread sanitizer sees only these.
tsan_targets=(platform_base_test platform_storage_sqlite_test scheduling_calendar_test)

# What a part's output says of the tests it ran: "passed failed". A part without a test runner of
# its own is one test.
count() {  # LOG EXIT_CODE
  awk -v code="$2" '
    /tests passed, [0-9]+ tests failed out of [0-9]+/ {  # ctest
      match($0, /[0-9]+ tests failed/); bad += substr($0, RSTART) + 0
      match($0, /out of [0-9]+/); ran += substr($0, RSTART + 7) + 0; counted = 1 }
    /^\[==========\] [0-9]+ tests? from .* ran/ { ran += $2; counted = 1 }  # GoogleTest
    /^\[  FAILED  \] [0-9]+ tests?, listed/ { bad += $4 }
    /^Ran [0-9]+ tests? in/ { ran += $2; counted = 1 }  # unittest
    /^FAILED \(/ { gsub(/[^0-9,]/, ""); n = split($0, a, ","); for (i = 1; i <= n; i++) bad += a[i] }
    END {
      if (!counted) { ran = 1 }
      if (code != 0 && bad == 0) { bad = 1; if (counted) ran++ }
      print ran - bad, bad + 0
    }' "$1"
}

finish() {
  printf '\n'
  printf '%s\n' "${summary[@]}"
  printf '%d passed, %d failed\n' "$passed" "$failed"
}

part() {  # NAME COMMAND...
  local name=$1 start=$SECONDS code good bad
  shift
  printf '\n== %s\n' "$name"
  set +e
  (
    set -e
    "$@"
  ) 2>&1 | tee "$logs/$name.log"
  code=${PIPESTATUS[0]}
  set -e
  read -r good bad < <(count "$logs/$name.log" "$code")
  passed=$((passed + good))
  failed=$((failed + bad))
  summary+=("$(printf '%-16s %5d s  %s' "$name" $((SECONDS - start)) \
    "$([[ $code -eq 0 ]] && echo passed || echo FAILED)")")
  if [[ $code -ne 0 ]]; then
    finish
    die "the part '$name' failed; its output is in $logs/$name.log"
  fi
}

run_ctest() {  # PRESET [CTEST_ARGUMENT...]
  local preset=$1 without=()
  shift
  if [[ -z ${CLARITY_LONG:-} ]]; then
    without=(--exclude-regex '^Long/')
  fi
  ctest --preset "$preset" --parallel "$(nproc)" --no-tests=error "${without[@]}" "$@"
}

run_unittest() {  # FOLDER
  # Debian's interpreter, for its grpcio; another Python may come first in PATH.
  /usr/bin/python3 -B -m unittest discover --start-directory "$1" --verbose
}

run_tsan() {
  local target
  for target in "${tsan_targets[@]}"; do
    "$(find build/tsan -name "$target" -type f -perm -u+x -print -quit)"
  done
}

tier=landing
case "${1:-}" in
  '') ;;
  --fast) tier=fast ;;
  --full) tier=full; export CLARITY_LONG=1 ;;
  *) die "unknown option $1 (there are --fast and --full)" ;;
esac
rm -rf "$logs"
mkdir -p "$logs"

part install bash deploy/install.sh --with-tests
part build build release
if [[ $tier == fast ]]; then
  part tests run_ctest release --label-exclude process
  finish
  exit
fi
part tests run_ctest release
part simulation bash tests/simulation/run.sh --minutes 1
part history-checker run_unittest tests/history
if [[ $tier == full ]]; then
  part history bash tests/history/run.sh --kills 300 --minutes 5
else
  part history bash tests/history/run.sh
fi
part format bash tests/lint/format.sh
part shellcheck bash tests/lint/shell.sh
part buf bash tests/lint/proto.sh
part structure run_unittest tests/structure
part python run_unittest tests/clients/python
part tour bash deploy/run.sh --tour
if [[ $tier == full ]]; then
  part clang-tidy bash tests/lint/tidy.sh --all
  part instructions bash tests/bench/instructions.sh
  part planted-faults bash tests/simulation/run.sh --fault=all
  part fuzz bash tests/fuzz/run.sh
  part build-asan build asan
  unset CLARITY_LONG  # The sanitizers make each test several times as long already.
  part tests-asan run_ctest asan
  part build-tsan build tsan "${tsan_targets[@]}"
  part tests-tsan run_tsan
else
  part clang-tidy bash tests/lint/tidy.sh
fi
finish
