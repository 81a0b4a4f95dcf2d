"""Commands and skills of one name."""

from __future__ import annotations

from agentpack import roster
from agentpack.client import Binary, reading, stub
from agentpack.client.judge import is_main
from agentpack.client.play import play

PLUGIN = {
    ".claude-plugin/plugin.json": '{"name": "shop"}',
    "commands/basket.md": "---\ndescription: The command\n---\nShow it.\n",
    "skills/basket/SKILL.md": "---\ndescription: The skill\n---\nKeep it.\n",
    "skills/till/SKILL.md": "---\ndescription: Another skill\n---\nKeep it.\n",
}


def test_a_command_of_a_plugin_hides_its_skill(claude: Binary, make) -> None:
    """The client tells of the command where the roster says that the skill is lost."""
    root = make(PLUGIN)
    recording = play(claude, make({}), lambda _: [stub.text("done")], plugins=[root])
    main = next(one for one in recording.requests if one.get("tools") and is_main(one))
    told = reading.skill_entries(main, recording.init["skills"])
    assert told["shop:basket"].description == "The command"
    assert told["shop:till"].description == "Another skill"
    found = roster.read(root, claude.version)
    assert [skill.name for skill in found.skills] == ["shop:till"]
    assert [loss.rule for loss in found.dropped] == ["behind-command"]
