"""Writing runs: groups of changes, joined with what is stored, committed before any answer."""
