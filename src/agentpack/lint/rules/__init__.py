"""The rules: one module each, named for the fault it finds."""
