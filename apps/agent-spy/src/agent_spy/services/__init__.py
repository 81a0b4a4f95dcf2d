"""What the server does, in terms of runs and projects; nothing of HTTP."""
