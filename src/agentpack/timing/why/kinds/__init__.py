"""The kinds of causes: each looks at one request and claims the stretches that it explains."""
