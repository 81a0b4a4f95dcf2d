"""Rules run only where what they need is there: nothing may be lost by that."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import agentpack.lint
from agentpack.document import NEWEST
from agentpack.lint import indexing, manual, rule
from agentpack.lint.look import look
from agentpack.lint.words import Words

from .test_rules import RULES, write

FOLDER = Path(agentpack.lint.__file__).parent
WORDS = (
    "curl ",
    "](",
    "{{",
    "«",
    "` skill",
    "skill `",
    "agent",
    "gnore ",
    "agentpack:",
    "```",
    "a",
)


def test_the_index_says_what_the_modules_declare() -> None:
    """`index.py` is generated, and in step."""
    assert (FOLDER / "index.py").read_text(encoding="utf-8") == indexing.text()


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_what_is_not_needed_is_not_found(one, tmp_path) -> None:
    """On no rule's examples does a rule find anything that it would not be asked for."""
    for kind in ("bad", "good"):
        root = tmp_path / kind
        root.mkdir()
        write(root, getattr(manual.read(one.manual), kind))
        scene = look(root, NEWEST)
        for other in RULES:
            if other.needs and not any(map(scene.has, other.needs)):
                assert list(other.check(scene)) == [], other.id


@pytest.mark.parametrize("pages", [1, 300])
@pytest.mark.parametrize("asked", [WORDS, ()], ids=["at once", "one by one"])
def test_words_are_found_on_just_the_pages_that_have_them(pages, asked) -> None:
    """However a word is looked for, and beside whichever others, it is what `in` says."""
    bodies = [*WORDS, *(word[1:] for word in WORDS), *(word * 2 for word in WORDS), "", *"[({`«"]
    several = [SimpleNamespace(body=body) for body in bodies * pages]
    words = Words(several, asked)
    for word in WORDS:
        assert list(words.pages(word)) == [page for page in several if word in page.body]


def test_names_are_in_order() -> None:
    """Rules are listed by their names."""
    assert list(rule.names()) == sorted(rule.names())
