# shellcheck shell=bash disable=SC2154  # lib.sh and run.sh assign what is used here
# A demo server of run.sh's: its keys and tokens, its start and stop, its clinics. Sourced after
# lib.sh; works on $data (directory) and $port, and remembers the process in $server_pid.

server_pid=

# A token for the demo, in a file that only its owner reads.
issue_token() {  # ROLE [OPTION...]
  "$bin/clarityctl" token --key "$data/keys-private" --subject "demo-${1,,}" --role "$1" \
    --clinic clinics/- --valid 12h "${@:2}" >"$data/${1,,}.token"
}

# Makes what is missing in $data, and exports what the tools need to reach the server as an agent.
prepare_data() {
  umask 077
  mkdir -p "$data"
  data=$(cd "$data" && pwd)
  if ! [[ -d $data/keys ]]; then
    # The private key signs and stays with clarityctl; the server is given the public one only.
    "$bin/clarityctl" token --generate-key "$data/keys-private" --public "$data/keys" >/dev/null
  fi
  issue_token AGENT
  issue_token STAFF
  issue_token CLINICIAN --practitioner dr-okafor
  issue_token OPERATOR
  issue_token SERVICE
  unset CLARITY_CA_FILE  # what somebody exported for another server
  export CLARITY_SERVER=127.0.0.1:$port CLARITY_TOKEN_FILE=$data/agent.token
}

# Starts clarityd and waits until it serves. The log is appended to: a server that already runs on
# this directory goes on writing to it while this one is refused.
start_server() {
  local log=$data/clarityd.log
  touch "$log"
  local log_bytes_before
  log_bytes_before=$(wc -c <"$log")
  "$bin/clarityd" --data "$data/store" --listen "127.0.0.1:$port" \
    --metrics-listen "127.0.0.1:$((port + 1))" --keys "$data/keys" \
    --roles "$root/deploy/policies/roles.textproto" --scheduling-token "$data/service.token" \
    --reflection --drain 0 </dev/null >>"$log" 2>&1 &
  server_pid=$!
  local give_up=$((SECONDS + 30))
  until tail -c "+$((log_bytes_before + 1))" "$log" | grep -q '"event":"started"'; do
    if ! kill -0 "$server_pid" 2>/dev/null || ((SECONDS > give_up)); then
      refused "$log"
    fi
    sleep 0.1
  done
}

# Says why clarityd did not start: the last line it wrote for people.
refused() {  # LOG
  local why
  why=$(grep '^clarityd: ' "$1" | tail -n 1) || why='clarityd did not start within 30 s'
  if [[ $why == *" on 127.0.0.1:"* ]]; then
    why+=' (is the port taken? --port N chooses another)'
  fi
  die "$why; the log is $1"
}

stop_server() {
  if [[ -n $server_pid ]]; then
    kill -TERM "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
  fi
}

# The clinics of deploy/demo, the policy of deploy/policy, and a patient with an order for six
# infusions, unless there is a catalog already.
apply_demo_unless_there() {
  if [[ -n $("$bin/clarityctl" export --token-file "$data/operator.token") ]]; then
    return
  fi
  "$bin/clarityctl" apply -f "$root/deploy/demo" --yes --token-file "$data/operator.token" >/dev/null
  "$bin/clarityctl" policy apply -f "$root/deploy/policy" --yes \
    --token-file "$data/operator.token" >/dev/null
  "$bin/clarityctl" order --name demo --patient demo --visit-type iv-session --units 6 \
    --gap-hours 48 --token-file "$data/service.token" >/dev/null
  say "Applied the demo clinics of deploy/demo and the demo policy of deploy/policy."
}
