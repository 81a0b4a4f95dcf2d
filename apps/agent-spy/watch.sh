#!/bin/sh
# Start the development server; it restarts when the code changes.
# PORT (8020) and WATCH_LOG (/tmp/agent-spy-watch.log) may be set; options go on to uvicorn.
set -eu
cd "$(dirname "$0")"

# A named pipe instead of `| tee`: the shell becomes the server, so a signal reaches it.
pipe="$(mktemp -u)"
mkfifo -m 600 "$pipe"
tee "${WATCH_LOG:-/tmp/agent-spy-watch.log}" <"$pipe" &
exec >"$pipe" 2>&1
rm "$pipe"
exec uv run uvicorn --factory agent_spy.app:create_app --host 127.0.0.1 --port "${PORT:-8020}" \
    --reload --reload-dir src "$@"
