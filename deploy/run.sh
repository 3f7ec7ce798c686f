#!/usr/bin/env bash
# Clarity on this machine: installs what is missing, builds, and starts clarityd with the demo
# clinics on its embedded store, on 127.0.0.1 only. Run it again at any time: what is there stays.
#
#   bash deploy/run.sh                start; Ctrl-C stops it
#     --data DIR     where data, keys and tokens lie
#                    (default: $XDG_DATA_HOME/clarity, or ~/.local/share/clarity)
#     --port N       port of the gRPC server (default 7421); the metrics are on the port after it
#     --background   return once the server is up, and leave it running
#   bash deploy/run.sh --tour         a whole phone call through the agent's tool, against a server
#                                     with a port and directory of its own; exits 0 only if the
#                                     booking is in the store
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=server.sh
source "$root/deploy/server.sh"
# shellcheck source=tour.sh
source "$root/deploy/tour.sh"
# shellcheck source=tour_care.sh
source "$root/deploy/tour_care.sh"

data=${XDG_DATA_HOME:-${HOME:-/var/lib}/.local/share}/clarity
port=7421
background=false
tour=false

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --data | --port)
        [[ -n ${2:-} ]] || die "$1 needs a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      --background) background=true ;;
      --tour) tour=true ;;
      --help | -h)
        usage
        exit
        ;;
      *) die "unknown option $1 (see --help)" ;;
    esac
    shift
  done
  if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65534)); then
    die "--port takes 1 to 65534, not $port"
  fi
}

# What to try next; `agent.env` makes an agent of the shell that reads it.
say_what_next() {
  {
    printf 'export CLARITY_SERVER=%q\n' "$CLARITY_SERVER"
    printf 'export CLARITY_TOKEN_FILE=%q\n' "$CLARITY_TOKEN_FILE"
    # shellcheck disable=SC2016  # expanded where it is read
    printf 'export PATH=%q:"$PATH"\n' "$bin"
  } >"$data/agent.env"
  cat <<HINTS

clarityd serves gRPC on 127.0.0.1:$port and metrics on http://127.0.0.1:$((port + 1))/metrics
Data, keys and tokens are in $data, the log in clarityd.log there.

Try next$([[ $background == true ]] || echo ', in another terminal'):

  source $(printf '%q' "$data/agent.env")
  callcenter                          # a session: 'help' in it lists what there is

or, for a script:

  callcenter slots --visit-type initial-consultation --clinic lake-forest --per-day 2
  callcenter hold 1 --caller "new caller"
  callcenter book 1 --patient p-1

Sessions need a clinician's order. The patient "demo" has one: add --patient demo --order demo.
HINTS
}

serve() {
  prepare_data
  start_server
  if [[ $background == false ]]; then
    trap stop_server EXIT
    trap 'exit 0' INT TERM
  fi
  apply_demo_unless_there
  say_what_next
  if [[ $background == true ]]; then
    disown "$server_pid"
    say "It runs in the background; stop it with: kill $server_pid"
    return
  fi
  say 'Ctrl-C stops it.'
  wait "$server_pid" || die "clarityd ended by itself; see $data/clarityd.log"
}

parse_arguments "$@"
bash "$root/deploy/install.sh"
build release clarityd clarityctl callcenter
if [[ $tour == true ]]; then
  run_tour
else
  serve
fi
