"""A module whose import takes long."""

from __future__ import annotations

import time

NAME = "slow"
time.sleep(0.4)
