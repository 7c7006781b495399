#!/bin/sh
# From a checkout to a pushed image, in any shell with the dagger command line.
# MODULE is Fairway's module at a commit: github.com/OWNER/fairway/pipelines@COMMIT
set -eu
module=${MODULE:?the address of the module} source=${SOURCE:-.} address=${ADDRESS:-}
call() { dagger call --quiet -m "$module" "$@"; }

# Fails with exit code 2 and every problem at once.
call configuration --source "$source"

# Exit code 3 when a statement would lock or lose something: the pipeline ends here.
if [ -d "$source/migrations" ]; then
  call classify --source "$source" --files migrations --version "${POSTGRES:-18}" outcome
fi

# The push takes what was built here from the engine's cache.
call build --source "$source" with-exec --args node,--version stdout
if [ -n "$address" ]; then
  set -- --source "$source" --address "$address" --platforms linux/amd64,linux/arm64
  if [ -n "${REGISTRY_USER:-}" ]; then set -- "$@" --user "$REGISTRY_USER" --password env:REGISTRY_PASSWORD; fi
  call publish "$@"
fi
