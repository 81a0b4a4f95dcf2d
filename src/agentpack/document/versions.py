"""What the versions of Claude Code do differently, as a table of dated behaviours.

A behaviour is dated by the first version in which it was seen. Between two
recorded versions the older behaviour is assumed, and a version newer than all
of these is taken to do what the newest does.
"""

from __future__ import annotations

from functools import cache

from agentpack.errors import AgentpackError
from agentpack.record import Record

RECORDED = ("2.1.197", "2.1.260", "2.1.329")
"""The versions that were recorded."""
NEWEST = RECORDED[-1]


class Behaviour(Record):
    """Something the client does from a version on."""

    what: str
    since: str

    def holds(self, client: str) -> bool:
        """Whether the client of this version does it."""
        return parse(client) >= parse(self.since)


BYTE_ORDER_MARK = Behaviour("a byte-order mark at the start is passed over", "2.1.260")
NUL_REFUSED = Behaviour("a NUL makes the frontmatter unreadable; before, it ended it", "2.1.260")
COLON_REFUSED = Behaviour("an agent with a ':' in its name is dropped", "2.1.260")
HOOKS_CHECKED = Behaviour("an agent whose hooks are not of the known shape is dropped", "2.1.260")
CYCLES = Behaviour("a value may hold an alias of itself", "2.1.260")
BRACKET_CLOSES_ANYWHERE = Behaviour(
    "a bracket may close at the left, right after a comma or its opening", "2.1.329"
)
LOOSE_BOOLEANS = Behaviour("`yes`, `on` and `1` count as true in a skill's keys", "2.1.260")
SKILL_TEXT_CLEANED = Behaviour("unprintable characters and < > of skills are replaced", "2.1.329")
COMMAND_FIRST = Behaviour("a plugin's command hides its skill of the same name", "2.1.260")
LONG_NAME_REFUSED = Behaviour(
    "an agent's name of more than 256 characters drops it, or is passed over in a plugin", "2.1.329"
)
SKILL_FOLDER_CHECKED = Behaviour(
    "a skill is dropped whose folder has < > or what cannot be seen in its name", "2.1.329"
)


@cache
def parse(client: str) -> tuple[int, ...]:
    """A version such as `2.1.329` in numbers.

    Raises:
        AgentpackError: it is not a version.
    """
    try:
        return tuple(int(part) for part in client.split("."))
    except ValueError:
        raise AgentpackError(
            f"{client!r} is not a version of Claude Code", mend=f"write it as {NEWEST}"
        ) from None
