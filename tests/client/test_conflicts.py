"""What an update lays beside a conflict, in the real Claude Code."""

from __future__ import annotations

from pathlib import Path

from agentpack.client import Binary, stub
from agentpack.client.play import play
from agentpack.install import File, Installed, Offer, apply, propose
from agentpack.pack import Origin

DOCUMENT = "---\nname: {name}\ndescription: {name}\n---\n{words}\n"
AGENT, SKILL = ".claude/agents/mine.md", ".claude/skills/style/SKILL.md"


def update(root: Path, name: str, words: str) -> tuple[str, ...]:
    text = File(DOCUMENT.format(name=name, words=words).encode())
    offer = Offer("made", Installed("1", Origin("builtin")), {AGENT: text, SKILL: text})
    proposal = propose(root, [offer])
    apply(proposal)
    return tuple(change.path for change in proposal.conflicts)


def test_the_client_loads_yours_and_not_what_lies_beside(claude: Binary, make) -> None:
    """Agents and skills in conflict are listed once, as the user has them."""
    root = make({})
    update(root, "first", "One.")
    for path in (AGENT, SKILL):
        (root / path).write_text(DOCUMENT.format(name="yours", words="Two."))
    assert update(root, "theirs", "Three.") == (AGENT, SKILL)
    assert (root / f"{AGENT}.pack-new").exists()
    assert (root / f"{SKILL}.pack-new").exists()
    recording = play(claude, root, lambda _: [stub.text("done")])
    init, sent = recording.init, str(recording.requests)
    assert "yours" in init["agents"]
    assert "style" in init["skills"]
    assert not {"theirs", "first"} & {*init["agents"], *init["skills"]}
    assert "- theirs" not in sent
