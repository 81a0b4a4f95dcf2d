"""Runs the code of one page: in the interpreter that was asked for, without agentpack.

It knows only the standard library, and of other packages what the page itself has imported.
"""
