#!/usr/bin/env bash
# buf over the public protos: lint, and that nothing breaks who is built on v1.
#
#   bash tests/lint/proto.sh             compares them with proto/v1.binpb.gz, their image when it was frozen
#   bash tests/lint/proto.sh --freeze    and then writes that image anew: with each release, so that
#                                        what was added since is kept from then on, too
#
# google/rpc comes from a Debian directory and not from buf's registry, so protoc makes the image
# and buf judges our part of it.
set -euo pipefail
# shellcheck source=../../deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/lib.sh"
cd "$root"

tools=$root/build/lint
buf=$tools/node_modules/.bin/buf
mkdir -p "$tools"
if ! [[ -x $buf ]] || ! cmp -s tests/lint/package.json "$tools/package.json"; then
  # buf and the packages with its binary depend on each other by exact version: the pin in
  # package.json is the whole lock.
  rm -rf "$tools/node_modules"
  cp tests/lint/package.json "$tools/"
  npm install --prefix "$tools" --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error
fi

mapfile -t protos < <(git ls-files 'proto/*.proto')
protoc -I proto -I "$(googleapis)" --include_imports --include_source_info \
  --descriptor_set_out="$tools/protos.binpb" "${protos[@]}"
"$buf" lint "$tools/protos.binpb" --config tests/lint/buf.yaml --path clarity
"$buf" breaking "$tools/protos.binpb" --against proto/v1.binpb.gz --config tests/lint/buf.yaml \
  --path clarity
if [[ ${1:-} == --freeze ]]; then
  gzip --best --no-name --stdout "$tools/protos.binpb" >proto/v1.binpb.gz
fi
say "buf lint and breaking: ${#protos[@]} files."
