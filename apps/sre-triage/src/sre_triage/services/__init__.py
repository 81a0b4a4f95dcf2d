"""The work itself: every query and every commit is here, and nothing of HTTP."""
