"""What a rule is: a check with a severity, and a docstring that is its manual and first test.

Rules are known from `index`, which repeats what their modules declare: most rules need something
that most trees have not, and are never imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from types import ModuleType

from agentpack.finding import Place, Severity
from agentpack.lint import index
from agentpack.lint.scene import Scene
from agentpack.record import Record

__all__ = ["Hits", "Rule", "Severity", "did_you_mean", "load", "lost", "names", "nearest", "rule"]

Hit = tuple[Place, str] | tuple[Place, str, str]
"""Where it is, what is wrong, and perhaps what to do."""

Hits = Iterable[Hit]
Check = Callable[[Scene], Hits]


class Rule(Record):
    """One fault that can be found; its `id` is the name of its module."""

    id: str
    severity: Severity
    client: str
    """The client versions that it is true of: `all`, or `>=2.1.329`."""
    default: bool
    """Whether it runs unless it is asked for."""
    tree: bool
    """Whether it looks at other files: of one file alone it can say nothing."""
    needs: tuple[str, ...]
    """What `Scene.has`, without one of which there is nothing to find; none for anything."""

    @property
    def check(self) -> Check:
        """What finds the fault."""
        check: Check = _module(self.id).check
        return check

    @property
    def manual(self) -> str:
        """What it says of itself."""
        return _module(self.id).__doc__ or ""


def rule(
    severity: Severity,
    *,
    client: str = "all",
    default: bool = True,
    tree: bool = False,
    needs: str | tuple[str, ...] = (),
) -> Callable[[Check], Check]:
    """Mark the function that checks a module's rule; the parts are those of `Rule`."""

    def mark(check: Check) -> Check:
        wanted = (needs,) if isinstance(needs, str) else needs
        check.declared = (str(severity), client, default, tree, wanted)  # type: ignore[attr-defined]
        return check

    return mark


def lost(scene: Scene, rule_id: str, tip: str = "") -> Hits:
    """A hit for all that the client drops or changes for the reason named `rule_id`."""
    for loss in scene.lost(rule_id):
        yield Place(loss.path, loss.line, loss.column), loss.reason, tip


def did_you_mean(name: str, known: Iterable[str], nearness: float = 0.6) -> str:
    """`did you mean 'x'?`, or nothing where nothing is as near as that, of 1."""
    near = nearest(name, known, nearness)
    return f"did you mean {near!r}?" if near else ""


def nearest(name: str, known: Iterable[str], nearness: float = 0.6) -> str:
    """The one that is spelt most like `name`, or nothing where none is as near as that, of 1."""
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, and seldom needed

    return next(iter(get_close_matches(name, known, n=1, cutoff=nearness)), "")


def names() -> tuple[str, ...]:
    """The ids of all rules there are."""
    return tuple(index.RULES)


def load(rule_id: str) -> Rule:
    """The rule of this id, as it is declared."""
    severity, client, default, tree, needs = index.RULES[rule_id]
    return Rule(rule_id, Severity(severity), client, default, tree, needs)


def _module(rule_id: str) -> ModuleType:
    return import_module(f"agentpack.lint.rules.{rule_id.replace('-', '_')}")
