#!/bin/sh
# Start the development server; it restarts when the code changes.
# PORT (8010) and WATCH_LOG (/tmp/sre-triage-watch.log) may be set; options go on to uvicorn.
set -eu
cd "$(dirname "$0")"

# A named pipe instead of `| tee`: the shell becomes the server, so a signal reaches it.
pipe="$(mktemp -u)"
mkfifo -m 600 "$pipe"
tee "${WATCH_LOG:-/tmp/sre-triage-watch.log}" <"$pipe" &
exec >"$pipe" 2>&1
rm "$pipe"
exec uv run uvicorn sre_triage.app:app --host 127.0.0.1 --port "${PORT:-8010}" \
    --reload --reload-dir src "$@"
