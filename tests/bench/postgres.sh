# shellcheck shell=bash disable=SC2154  # run.sh assigns what is used here
# A PostgreSQL cluster in $work, on the disk of our own store, with Debian's defaults: every commit
# is on the disk. Sourced by run.sh.

# The server refuses to run as root.
as_postgres() {
  if [[ $EUID -eq 0 ]]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

# Debian keeps the programs of each version in a directory of their own.
postgres_programs() {
  local initdb
  initdb=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  [[ -n $initdb ]] || die "PostgreSQL is not installed: bash deploy/install.sh --with-bench"
  dirname "$initdb"
}

start_postgres() {
  postgres=$(postgres_programs)
  cluster=$work/postgres
  export PGHOST=$cluster PGUSER=postgres PGDATABASE=postgres
  mkdir "$cluster"
  [[ $EUID -ne 0 ]] || chown postgres "$cluster"
  cd "$cluster" || die "cannot enter $cluster"  # where the other user may be as well
  as_postgres "$postgres/initdb" -D "$cluster/data" -U postgres --auth trust --locale C \
    --encoding UTF8 >/dev/null
  as_postgres taskset -c "$server_core" "$postgres/pg_ctl" -D "$cluster/data" -l "$cluster/log" \
    -o "-c listen_addresses='' -c unix_socket_directories=$cluster" --silent --wait start >&2
  "$postgres/psql" -q <"$here/postgres.sql"
}

stop_postgres() {
  if [[ -f ${cluster:-}/data/postmaster.pid ]]; then
    as_postgres "$postgres/pg_ctl" -D "$cluster/data" --mode immediate --silent stop
  fi
}

# Bookings a second of 32 callers into empty tables.
measure_postgres() {
  local body tps
  body=$(printf 'x%.0s' $(seq "$body_bytes"))
  "$postgres/psql" -q -c 'TRUNCATE appointment, claim' -c CHECKPOINT
  tps=$(taskset -c "$client_core" "$postgres/pgbench" --no-vacuum --protocol prepared \
    --client 32 --time "$seconds" --define "body=$body" --file "$here/postgres_booking.sql" |
    sed -n 's/^tps = \([0-9.]*\).*/\1/p')
  [[ -n $tps ]] || die "pgbench gave no rate"
  echo "$tps"
}
