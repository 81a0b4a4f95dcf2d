"""What a raised exception says, as data."""

import traceback


def of(error, page):
    """Kinds, message and place of an exception; the place is the deepest line of the page."""
    told = {
        "kinds": [kind.__name__ for kind in type(error).__mro__],
        "message": str(error)[:2000],
        "line": line_of(error, page.path),
        "deepest": _deepest(error),
    }
    if isinstance(error, SyntaxError) and error.filename == page.path:
        told["line"] = error.lineno
    if isinstance(error, ImportError):
        told["module"] = error.name
        told["found"] = error.path is not None
    if isinstance(error, NameError):
        told["name"] = getattr(error, "name", None) or str(error).split("'")[1]
    if isinstance(error, (KeyError, AttributeError)):
        told["name"] = str(getattr(error, "name", None) or (error.args[:1] and error.args[0]))
    if isinstance(error, OSError):
        told["file"] = None if error.filename is None else str(error.filename)
        told["errno"] = error.errno
    inner = getattr(error, "exceptions", None)
    if inner:
        told["inner"] = of(inner[0], page)
        told["line"] = told["inner"]["line"] or told["line"]
    under = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if under is not None and not isinstance(error, SyntaxError):
        told["under"] = {
            "kinds": [k.__name__ for k in type(under).__mro__],
            "message": str(under)[:500],
        }
        if isinstance(under, OSError):
            told["under"]["errno"] = under.errno
    return told


def line_of(error, path):
    """The page's line that an exception came through last."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == path
    ]
    return lines[-1] if lines else None


def _deepest(error):
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else None
