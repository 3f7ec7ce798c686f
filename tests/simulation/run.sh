#!/usr/bin/env bash
# The scheduling service in a simulated world, with a plain model beside it. Prints the seeds, and
# what was survived; or the fewest steps that fail.
#
#   bash tests/simulation/run.sh --minutes N   fresh seeds, for N minutes
#     --seed S                                 from this seed on; without --minutes, this one alone
#     --fault=F                                plants a fault (a number, a name, all, list) and looks
#                                              whether it is found within the calls it may take
#
# Builds what is missing.
set -euo pipefail
# shellcheck source=../../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/lib.sh"
cd "$root"

build release simulation
exec build/release/bin/simulation "$@"
