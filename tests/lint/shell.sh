#!/usr/bin/env bash
# Runs shellcheck over every shell script.
set -euo pipefail
# shellcheck source=../../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/lib.sh"
cd "$root"

mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
say "shellcheck: ${#scripts[@]} files."
