"""Templates to files: facts, unknown facts, typos; everything else byte for byte."""

from __future__ import annotations

import pytest

from agentpack import pack as packs
from agentpack.errors import AgentpackError
from agentpack.project import VOCABULARY, Fact, Facts
from agentpack.render import Rendered, render

MANIFEST = """
[pack]
name = "made"
version = "1.0.0"
[skills.one]
version = "1.0.0"
[skills.one.facts]
"SKILL.md" = [{facts}]
"""


def facts(**values: object) -> Facts:
    return Facts({name: Fact(name, values.get(name), "here:1") for name in VOCABULARY})  # type: ignore[arg-type]


@pytest.fixture
def rendered(make):
    def one(template: str, *, declared: str = '"port"', **values: object) -> Rendered:
        manifest = MANIFEST.format(facts=declared)
        root = make({"pack.toml": manifest, "skills/one/SKILL.md.j2": template})
        pack = packs.load(root)
        (file,) = render(pack.closure([], ["one"]), facts(**values))
        return file

    return one


def test_a_fact_is_filled_in_and_the_suffix_goes(rendered) -> None:
    """`«port»` becomes the port, and `SKILL.md.j2` becomes `SKILL.md`."""
    file = rendered("on port «port»\n", port=8010)
    assert (file.path, file.data) == ("skills/one/SKILL.md", b"on port 8010\n")


def test_an_unknown_fact_can_be_asked_for(rendered) -> None:
    """A template chooses its words by whether a fact is known."""
    template = "«% if port %»\nOn «port».\n«% else %»\nAsk for the port.\n«% endif %»\n"
    assert rendered(template).data == b"Ask for the port.\n"
    assert rendered(template, port=1).data == b"On 1.\n"


@pytest.mark.parametrize(
    ("template", "declared", "message", "line"),
    [
        ("a\n«prot»\n", '"port"', "there is no fact 'prot'", 2),
        ("a\n\n«database»\n«port»\n", '"port"', "'database' is not declared", 3),
        ("«% if false %»\n«prot»\n«% endif %»«port»", '"port"', "there is no fact 'prot'", 2),
        ("a\nb «port»\n", '"port"', "unknown here", 2),
        ("a\n«% if port »\n", '"port"', "not a template", 2),
        ("a\n«port | nosuch»\n", '"port"', "nosuch", 2),
        ("plain\n", '"port"', "does not use it", None),
    ],
)
def test_a_fault_names_file_and_line(rendered, template, declared, message, line) -> None:
    """A typo, an undeclared or an unknown fact stops the render at its line."""
    with pytest.raises(AgentpackError, match="SKILL.md.j2") as caught:
        rendered(template, declared=declared)
    assert message in caught.value.message
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text", ["no end", "one\n", "two\r\nlines\r\n", "{{ x }} {% y %} ${z} <<\n"]
)
def test_text_without_expressions_is_unchanged(make, text) -> None:
    """Braces of other languages, line ends and a missing last newline come through."""
    root = make(
        {
            "pack.toml": MANIFEST.format(facts=""),
            "skills/one/SKILL.md.j2": text,
            "skills/one/references/x.md": text,
        }
    )
    files = render(packs.load(root).closure([], ["one"]), facts())
    assert [file.data for file in files] == [text.encode(), text.encode()]


def test_a_script_is_executable(make) -> None:
    """What begins with `#!` is to be run."""
    root = make(
        {
            "pack.toml": MANIFEST.format(facts=""),
            "skills/one/SKILL.md": "x",
            "skills/one/scripts/run.sh": "#!/bin/sh\n",
        }
    )
    files = render(packs.load(root).closure([], ["one"]), facts())
    assert [(file.path, file.executable) for file in files] == [
        ("skills/one/SKILL.md", False),
        ("skills/one/scripts/run.sh", True),
    ]


def test_a_template_cannot_reach_out(rendered) -> None:
    """Attributes that lead into the interpreter are closed."""
    with pytest.raises(AgentpackError, match=r"SKILL.md.j2:1"):
        rendered("«port.__class__.__mro__»", port=1)
