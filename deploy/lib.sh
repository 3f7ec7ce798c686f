# shellcheck shell=bash
# What the scripts of deploy/ and tests/ share. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034  # used by the scripts that source this
bin=$root/build/release/bin

say() { printf '%s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Builds a preset; further arguments are targets. Compilations are cached where ccache is installed,
# and found again from another clone.
build() {  # PRESET [TARGET...]
  local preset=$1 start=$SECONDS targets=()
  shift
  if [[ $# -gt 0 ]]; then
    targets=(--target "$@")
  fi
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  export NINJA_STATUS="[%f of %t, %es] "
  (
    cd "$root"
    cmake --preset "$preset" --log-level=WARNING >/dev/null
    cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}"
  ) || die "the build of preset $preset failed"
  say "Built preset $preset in $((SECONDS - start)) s."
}

# The directory with google/rpc/*.proto, as the build found it.
googleapis() { sed -n 's/^GOOGLEAPIS_DIR:PATH=//p' "$root/build/release/CMakeCache.txt"; }

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port with a free one after it, below the range that the kernel hands out by itself.
free_port_pair() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    if port_is_free "$port" && port_is_free $((port + 1)); then
      echo "$port"
      return
    fi
  done
  die "found no free port"
}
