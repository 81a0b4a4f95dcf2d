#!/usr/bin/env bash
set -euo pipefail

LOG_FILE="/tmp/review-desk.log"
BACKEND_PORT=${BACKEND_PORT:-8007}

uv run uvicorn server.app:app \
  --reload --host 0.0.0.0 --port "$BACKEND_PORT" 2>&1 | tee -a "$LOG_FILE"
