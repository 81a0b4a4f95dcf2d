"""One fault a file: its name is the rule's id, its docstring the manual and the first test."""
