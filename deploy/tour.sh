# shellcheck shell=bash disable=SC2154  # lib.sh and run.sh assign what is used here
# The tour of run.sh: a phone call through the agent's tool against a real server, on a port and in
# a directory of its own. Sourced after server.sh.

# Shows a command as an agent would type it, runs it, and keeps what it said in $said.
step() {  # TITLE COMMAND...
  printf '\n-- %s\n$' "$1"
  printf ' %q' "${@:2}"
  printf '\n'
  said=$("$bin/$2" "${@:3}") || die "the tour ended at '$1'"
  printf '%s\n' "$said"
}

# The first resource name of a collection in what was said last.
named() {  # COLLECTION
  grep -oE "$1/[a-z0-9-]+" <<<"$said" | head -n 1 || die "no name of $1 was given"
}

expect() {  # TEXT
  grep -qF -- "$1" <<<"$said" || die "expected in the answer: $1"
}

end_tour() {
  stop_server
  rm -rf "$data"
}

run_tour() {
  data=$(mktemp -d -t clarity-tour.XXXXXX)
  trap end_tour EXIT
  port=$(free_port_pair)
  export XDG_STATE_HOME=$data/state  # where callcenter remembers the slots it showed
  prepare_data
  start_server
  say "A server on port $port, with its data in $data."
  apply_demo_unless_there

  local clinic=lake-forest consultation session
  step 'Somebody new is on the line: when is an initial consultation possible?' \
    callcenter slots --visit-type initial-consultation --clinic $clinic --per-day 2 --limit 4
  step 'They hesitate. The time is kept, without any record of them yet.' \
    callcenter hold 1 --caller 'new caller'
  expect 'holds/'
  step 'They say yes, and by now they have a record.' \
    callcenter book 1 --patient new-1
  consultation=$(named appointments)
  step 'The agent reads it back.' callcenter show "$consultation"
  expect 'booked'
  step 'Another day suits them better: what else is there?' \
    callcenter slots --visit-type initial-consultation --clinic $clinic --from +5 --limit 3 \
    --move "$consultation"
  step 'It is moved; its name stays.' callcenter move "$consultation" 2
  expect "$consultation"

  step 'A patient in treatment calls. A session needs an order; the patient has one.' \
    callcenter slots --visit-type iv-session --clinic $clinic --patient demo --order demo --limit 3
  step 'The first one is booked.' callcenter book 1 --patient demo --order demo
  session=$(named appointments)
  step 'On second thoughts it is called off.' callcenter cancel "$session" --reason illness
  step "The patient's visits, with those called off." callcenter list --patient demo --all
  expect 'cancelled'

  tour_to_a_first_session
  tour_to_an_exclusion

  stop_server
  start_server
  say ''
  say 'The server was stopped and started again. What does the store say?'
  step 'The consultation is there.' callcenter show "$consultation" --json
  expect "$consultation"
  expect '"STATE_BOOKED"'
  expect '"earlierTimes"'
  step 'The session is called off.' callcenter show "$session"
  expect 'cancelled'
  step 'The first session that care has led to is booked.' callcenter show "$first_session"
  expect 'booked'
  say ''
  say 'The tour is over: found, held, booked, moved, cancelled, and all of it is in the store.'
}
