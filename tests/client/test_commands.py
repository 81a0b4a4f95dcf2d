"""Commands and skills of one name."""

from __future__ import annotations

import json

from agentpack import roster
from agentpack.client import Binary, stub
from agentpack.client.judge import is_main
from agentpack.client.play import play

PLUGIN = {
    ".claude-plugin/plugin.json": '{"name": "shop"}',
    "commands/basket.md": "---\ndescription: The command\n---\nShow it.\n",
    "skills/basket/SKILL.md": "---\ndescription: The skill\n---\nKeep it.\n",
    "skills/till/SKILL.md": "---\ndescription: Another skill\n---\nKeep it.\n",
}


def test_a_command_of_a_plugin_hides_its_skill(claude: Binary, make) -> None:
    """The client tells of the command where the roster says that the skill is lost.

    Older clients tell the model of both.
    """
    root = make(PLUGIN)
    recording = play(claude, make({}), lambda _: [stub.text("done")], plugins=[root])
    main = next(one for one in recording.requests if one.get("tools") and is_main(one))
    told = json.dumps(main)
    assert "- shop:basket: The command" in told
    assert "- shop:till: Another skill" in told
    found = roster.read(root, claude.version)
    names = [skill.name for skill in found.skills]
    if "- shop:basket: The skill" in told:
        assert names == ["shop:basket", "shop:till"]
        assert not found.dropped
    else:
        assert names == ["shop:till"]
        assert [loss.rule for loss in found.dropped] == ["behind-command"]
