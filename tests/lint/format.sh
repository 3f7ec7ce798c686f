#!/usr/bin/env bash
# Is every C++ file as clang-format would write it? `format.sh --fix` writes it so.
set -euo pipefail
# shellcheck source=../../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/lib.sh"
cd "$root"

mode=(--dry-run --Werror)
if [[ ${1:-} == --fix ]]; then
  mode=(-i)
fi
mapfile -t files < <(git ls-files '*.cc' '*.h')
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 20 clang-format "${mode[@]}" ||
  die "run: bash tests/lint/format.sh --fix"
say "clang-format: ${#files[@]} files."
