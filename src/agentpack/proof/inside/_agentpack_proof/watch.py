"""Which lines of a page run, and which exceptions come up in it and are caught."""

import ast
import sys
import threading
import types

_MOST = 20


class Watch:
    """Follows the code of one file only."""

    def __init__(self, path):
        self.path = path
        self.expected = set()
        self.ran = set()
        self.raised = []
        threading.settrace(self._call)

    def expect(self, code, source, above):
        """Every line of this code that does something must run before the page ends.

        But those that only say what would be wrong if they ran: `raise AssertionError`.
        """
        for one in _codes(code):
            lines = {line for _, _, line in one.co_lines() if line}
            # The line of a `def` belongs to the code around it.
            self.expected |= lines - ({one.co_firstlineno} if one is not code else set())
        self.expected -= {above + line for line in _exempt(ast.parse(source))}

    def begin(self):
        """A block begins."""
        self.raised = []
        sys.settrace(self._call)

    def end(self):
        """The lines where an exception came up while the block ran, the last one last."""
        sys.settrace(None)
        return list(dict.fromkeys(self.raised))[-_MOST:]

    def never_ran(self):
        """The lines that no block ran."""
        return sorted(self.expected - self.ran)

    def _call(self, frame, _event, _):
        if frame.f_code.co_filename != self.path:
            return None
        self.ran.add(frame.f_lineno)
        return self._step

    def _step(self, frame, event, what):
        if event == "line":
            self.ran.add(frame.f_lineno)
        elif event == "exception" and not issubclass(what[0], _NO_FAULTS):
            below = what[2].tb_next
            # Where it came up, not where it passed through.
            if below is None or below.tb_frame.f_code.co_filename != self.path:
                self.raised.append(frame.f_lineno)
        return self._step


_NO_FAULTS = (StopIteration, StopAsyncIteration, GeneratorExit)


def _codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _exempt(tree):
    """Lines that say what is wrong if they run, and bodies that say nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and "AssertionError" in ast.dump(node):
            yield from range(node.lineno, node.end_lineno + 1)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            said = [one for one in node.body if not _says_nothing(one)]
            if not said:
                yield from range(node.body[0].lineno, node.end_lineno + 1)


def _says_nothing(node):
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
