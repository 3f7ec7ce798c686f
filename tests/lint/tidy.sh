#!/usr/bin/env bash
# clang-tidy with the checks of .clang-tidy, over what the release preset builds.
#
#   bash tests/lint/tidy.sh         the core: the platform without its gRPC side, and the engine
#   bash tests/lint/tidy.sh --all   every source file
#
# A file that includes gRPC takes about ten times as long as one that does not, hence two tiers.
set -euo pipefail
# shellcheck source=../../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/lib.sh"
cd "$root"

folders=(services/platform/base services/platform/storage services/scheduling/calendar)
if [[ ${1:-} == --all ]]; then
  folders=(services clients tests)
fi
[[ -f build/release/compile_commands.json ]] || die "build first: cmake --preset release"
# What is compiled together has no command for each file; so a second configuration gives them, with
# the code that the first one has generated.
commands=build/tidy
cmake --preset release -B "$commands" -DCLARITY_UNITY=OFF > /dev/null
sed -i "s|$root/$commands/|$root/build/release/|g" "$commands/compile_commands.json"
export commands
mapfile -t files < <(git ls-files -- "${folders[@]/%//*.cc}")

check() {  # FILE. Of a test, only what could make it wrong: how fast it is does not matter
  local file=$1 checks=()
  if [[ $file == *_test.cc ]]; then
    checks=(--checks=-performance-*)
  fi
  # GCC wrote the commands; what clang does not know of them is no finding.
  clang-tidy -p "$commands" --quiet --extra-arg=-Wno-unknown-warning-option "${checks[@]}" "$file" \
    2> >(grep -v ' warnings generated' >&2)
}
export -f check
# shellcheck disable=SC2016  # for the shell that xargs starts
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 1 bash -c 'check "$0"'
say "clang-tidy: ${#files[@]} files."
