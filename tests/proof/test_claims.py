"""Claims with versions: read, held against what ran, false at their line, and stamped."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from agentpack.cli import main
from agentpack.pack import load
from agentpack.project import unknown
from agentpack.proof import Options, prove
from agentpack.proof.claims import written

PLUGGY = version("pluggy")
TRUE = "```python\nimport pluggy\n\nassert pluggy.HookspecMarker\n```\n"
FALSE = "```python\nimport pluggy\n\nassert pluggy.NoSuchMarker\n```\n"
CLAIM = "A marker marks. <!-- proven: pluggy {} (2024-01) -->\n\n"


def test_a_claim_that_still_holds_is_true_on_the_new_version(proven) -> None:
    """Its block runs: true now, whatever version it was proven on."""
    proof = proven(CLAIM.format("0.1.0") + TRUE)
    (one,) = proof.claims
    assert (one.state, one.words, one.line) == ("true", "A marker marks.", 5)
    assert (one.proven, one.now) == ((("pluggy", "0.1.0"),), (("pluggy", PLUGGY),))
    assert one.outdated
    assert proof.sound


def test_a_claim_whose_block_fails_is_false_at_its_line(proven) -> None:
    """The line of the claim is told, and the line of the block that shows it."""
    proof = proven(CLAIM.format(PLUGGY) + FALSE)
    (one,) = proof.claims
    assert (one.state, one.line) == ("false", 5)
    assert "SKILL.md:10: AttributeError" in one.reason
    assert not proof.sound


def test_what_is_not_installed_is_not_run(proven) -> None:
    """A claim on a distribution that is not here is neither true nor false."""
    text = "So. <!-- proven: no-such-distribution-x 1.0 (2024-01) -->\n\n```python\nx = 1\n```\n"
    (one,) = proven(text).claims
    assert (one.state, one.now) == ("not run", (("no-such-distribution-x", None),))


def test_each_claim_has_the_blocks_up_to_the_next_one(proven) -> None:
    """Of two claims in a section only the one whose block fails falls."""
    text = f"# A\n\n{CLAIM.format(PLUGGY)}{TRUE}\n{CLAIM.format(PLUGGY)}{FALSE}"
    assert [one.state for one in proven(text).claims] == ["true", "false"]


def test_claims_of_one_list_share_what_follows(proven) -> None:
    """Rules in a list are shown by the block below the list."""
    item = f"- One. <!-- proven: pluggy {PLUGGY} (2024-01) -->\n"
    assert [one.state for one in proven(f"{item}{item}\n{FALSE}").claims] == ["false", "false"]


def test_a_claim_may_be_shown_in_another_page(proven) -> None:
    """`by PAGE#HEADING` names the section that shows it; one that is not there shows nothing."""
    page = f"# Marks\n\n{FALSE}\n# Others\n\n{TRUE}"
    for heading, state in (("marks", "false"), ("others", "true"), ("gone", "false")):
        text = f"So. <!-- proven: pluggy {PLUGGY} (2024-01) by references/a.md#{heading} -->\n"
        (one,) = proven(text, pages={"references/a.md": page}).claims
        assert one.state == state, heading


def test_a_claim_that_nothing_shows_is_broken(proven) -> None:
    """A claim at the end of a section has no block."""
    proof = proven(CLAIM.format(PLUGGY) + f"# Next\n\n{TRUE}")
    broken = [one for one in proof.results if one.verdict == "broken"]
    assert [(one.line, one.reason) for one in broken] == [
        (5, "a claim that no block of its section shows")
    ]


@pytest.mark.parametrize(
    "line", ["x <!-- proven: fastapi -- -->", "x <!-- proven: 1.0 -->", "<!-- proven: a 1 --> x"]
)
def test_a_claim_that_cannot_be_read_is_refused(line: str) -> None:
    """Nothing that looks like a claim is passed over in silence."""
    with pytest.raises(ValueError, match="no claim|no distribution"):
        written(line, 1)


def test_stamping_writes_what_ran(tmp_path: Path, capsys) -> None:
    """True claims get today's versions and month, others and all else stay byte for byte."""
    page = tmp_path / "skills/x/SKILL.md"
    page.parent.mkdir(parents=True)
    new = "New. <!-- proven: pluggy -->\r\n\r\n"
    before = f"---\nname: x\ndescription: y\n---\n{new}{TRUE}\n{CLAIM.format('0.1')}{FALSE}"
    page.write_bytes(before.encode())
    assert main(["prove", str(tmp_path), "--stamp", "--facts"]) == 1
    told = capsys.readouterr().out
    assert "1 still true, 1 no longer true" in told
    today = f"{datetime.now(UTC):%Y-%m}"
    after = before.replace("proven: pluggy -->", f"proven: pluggy {PLUGGY} ({today}) -->")
    assert page.read_bytes().decode() == after
    (one, _) = prove(load(tmp_path), unknown(), Options()).claims
    assert not one.outdated
