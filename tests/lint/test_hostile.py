"""Trees that were made to break a reader: every command comes to an end, and says what is wrong."""

from __future__ import annotations

import json
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentpack.lint.rule import load, names

OFF = [name for name in names() if not load(name).default]
"""The rules that are off by default."""

AGENTS, SKILLS = ".claude/agents", ".claude/skills"
GOOD = "---\nname: good\ndescription: Builds endpoints. Use when one is to be added.\n"
KNOWN = GOOD + "color: mauve\n---\nBuild endpoints.\n"
HEAD = "---\nname: bad\ndescription: Builds tables. Use when one is to be added.\n"
SKILL = "---\ndescription: How tables are built. Use when one is added.\n---\n# Tables\n"
LONGEST = 30.0  # seconds, of any one command
MOST = 3 * 2**30  # bytes of address space beyond what the tests have already
MILLION = 1_000_000

KEYS = (
    *("tools", "disallowedTools", "model", "skills", "color", "hooks", "mcpServers", "memory"),
    *("background", "maxTurns", "effort", "isolation", "permissionMode", "allowed-tools"),
    *("user-invocable", "disable-model-invocation", "argument-hint", "arguments", "context"),
    *("agent", "shell", "paths", "version", "when_to_use", "license", "metadata"),
    *("compatibility", "initialPrompt", "omitClaudeMd", "autoCompactWindow"),
)

Break = Callable[[Path], None]


class TooLongError(Exception):
    """A command did not end in time."""


@contextmanager
def bounds() -> Iterator[None]:
    """End what takes too long or too much: the command then fails as one with a bug does."""

    def ring(*_: object) -> None:
        raise TooLongError

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limits = resource.getrlimit(resource.RLIMIT_AS)
    old = {kind: signal.signal(kind, ring) for kind in (signal.SIGPROF, signal.SIGALRM)}
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST, limits[1]))
    # CPU counts; what waits for ever takes none.
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    signal.setitimer(signal.ITIMER_REAL, 10 * LONGEST)
    try:
        yield
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)
        for kind, handler in old.items():
            signal.signal(kind, handler)
        resource.setrlimit(resource.RLIMIT_AS, limits)


@contextmanager
def nobody() -> Iterator[None]:
    """Without the super-user's right to read whatever there is."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def put(path: str, data: bytes | str) -> Break:
    """A file with this in it."""

    def broken(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data.encode() if isinstance(data, str) else data)

    return broken


def agent(data: bytes | str) -> Break:
    """An agent's file with this in it."""
    return put(f"{AGENTS}/bad.md", data)


def body(text: str) -> Break:
    """An agent and a skill with this body."""

    def broken(root: Path) -> None:
        agent(f"{HEAD}---\n{text}")(root)
        put(f"{SKILLS}/bad/SKILL.md", f"{SKILL}{text}")(root)
        put(f"{SKILLS}/bad/references/more.md", f"# More\n{text}")(root)

    return broken


def link(path: str, target: str) -> Break:
    """A symbolic link."""

    def broken(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)

    return broken


def pipe(path: str) -> Break:
    """A pipe that nobody writes to."""

    def broken(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(root / path)

    return broken


def both(first: Break, second: Break) -> Break:
    """One after the other."""

    def broken(root: Path) -> None:
        first(root)
        second(root)

    return broken


def namesakes(root: Path) -> None:
    """Five thousand agents of one name."""
    for number in range(5000):
        (root / AGENTS / f"a{number}.md").write_text(f"{HEAD}---\nBuild tables.\n")


def plugin(path: str, data: str) -> Break:
    """A plugin's file with this in it; the good agent is the plugin's."""

    def broken(root: Path) -> None:
        (root / AGENTS).rename(root / "agents")
        (root / ".claude").rmdir()
        put(".claude-plugin/plugin.json", '{"name": "p", "version": "1.0.0"}')(root)
        put(path, data)(root)

    return broken


# What a surrogate would be in UTF-8, as three bytes that are none.
SURROGATE = f"{SKILLS}/\udced\udca0\udc80/SKILL.md"
BOMB = "".join(f"k{n + 1}: &k{n + 1} [{', '.join([f'*k{n}'] * 9)}]\n" for n in range(20))
SETTINGS, PLUGIN = ".claude/settings.json", ".claude-plugin/plugin.json"
HUGE = json.dumps({"hooks": {}, "x": "y" * 20_000_000})
DEEP = '{"hooks": ' * 100_000 + "1" + "}" * 100_000
LISTS = "[" * 100_000 + "]" * 100_000

# What breaks the tree, and the rule that says so; none where the client takes it as it is.
TREES: dict[str, tuple[Break, str | None]] = {
    "not UTF-8": (agent(HEAD.encode() + b"tools: Re\xff\xfead\n---\n\x80\x81\n"), "not-utf-8"),
    "NUL": (agent(HEAD + "model: so\0nnet\n---\nBuild.\n"), "nul"),
    "only NULs": (agent(bytes(MILLION)), None),
    "UTF-16, little end first": (agent((HEAD + "---\nx\n").encode("utf-16")), "not-utf-8"),
    "UTF-16, big end first": (
        agent(b"\xfe\xff" + (HEAD + "---\nx\n").encode("utf-16-be")),
        "not-utf-8",
    ),
    "20 MB": (agent(f"{HEAD}---\n" + "Build `tables` with [care](x.md).\n" * 600_000), None),
    "65 MB": (agent(f"{HEAD}---\n" + "x" * (65 << 20)), "too-large"),
    "aliases of aliases": (agent(f"{HEAD}k0: &k0 [a]\n{BOMB}---\nx\n"), None),
    "aliases of aliases as tools": (
        agent(f"{HEAD}k0: &k0 [a]\n{BOMB}tools: *k20\n---\nx\n"),
        None,
    ),
    "aliases of aliases as every key": (
        both(
            agent(
                f"---\nk0: &k0 [a]\n{BOMB}"
                + "".join(f"{key}: *k20\n" for key in KEYS)
                + "name: bad\ndescription: Builds.\n---\nx\n"
            ),
            put(
                f"{SKILLS}/bad/SKILL.md",
                f"---\nk0: &k0 [a]\n{BOMB}"
                + "".join(f"{key}: *k20\n" for key in KEYS)
                + "---\nx\n",
            ),
        ),
        None,
    ),
    "aliases of aliases as a key": (
        agent(f"{HEAD}k0: &k0 [a]\n{BOMB}? *k20\n: x\n---\nx\n"),
        None,
    ),
    "deep lists": (agent(f"{HEAD}tools: {'[' * 10_000}{']' * 10_000}\n---\nx\n"), None),
    "deep lists that do not end": (
        agent(f"{HEAD}tools: {'[' * 10_000}\n---\nx\n"),
        "not-strict-yaml",
    ),
    "deep mappings": (agent(f"{HEAD}tools: {'{a: ' * 10_000}{'}' * 10_000}\n---\nx\n"), None),
    "deep dashes": (agent(f"{HEAD}tools:\n  {'- ' * 10_000}a\n---\nx\n"), None),
    "deep lines": (
        agent(HEAD + "".join(f"{' ' * n}k:\n" for n in range(3000)) + "---\nx\n"),
        None,
    ),
    "100,000 keys": (
        agent(HEAD + "".join(f"k{n}: v\n" for n in range(100_000)) + "---\nx\n"),
        None,
    ),
    "100,000 times one key": (agent(HEAD + "model: opus\n" * 100_000 + "---\nx\n"), None),
    "100,000 lines of text": (
        agent("---\nname: bad\ndescription: Builds.\n" + "  and so on\n" * 100_000 + "---\nx\n"),
        None,
    ),
    "100,000 lines of no YAML": (agent(HEAD + "\tx: y: z\n" * 100_000 + "---\nx\n"), None),
    "100,000 comments": (agent(HEAD + "# why\n" * 100_000 + "---\nx\n"), None),
    "100,000 lines without an end": (agent(HEAD + "k: v\n" * 100_000), "no-closing-fence"),
    "a line of 5 MB": (agent(f"{HEAD}model: {'x' * 5_000_000}\n---\nx\n"), None),
    "a description of 5 MB": (
        agent(f"---\nname: bad\ndescription: {'use: it, ' * 600_000}\n---\nx\n"),
        None,
    ),
    "a quoted line of 5 MB": (agent(f'{HEAD}model: "{"x " * 2_500_000}\n---\nx\n'), "too-large"),
    "5 MB of colons": (agent(f"{HEAD}model: {':' * 5_000_000}\n---\nx\n"), None),
    "5 MB of spaces": (agent(f"{HEAD}model: a{' ' * 5_000_000}b\n---\nx\n"), None),
    "5 MB of tools": (agent(f"{HEAD}tools: {'Raed, ' * 800_000}Read\n---\nx\n"), "too-large"),
    "a name of 5 MB": (agent(f"---\nname: {'x' * 5_000_000}\ndescription: B.\n---\nx\n"), None),
    "a folder that leads to its parent": (link(f"{AGENTS}/deep/loop", ".."), None),
    "a skill that leads to its parent": (link(f"{SKILLS}/loop", ".."), None),
    "a skill's folder that leads to its parent": (
        both(put(f"{SKILLS}/b/SKILL.md", SKILL), link(f"{SKILLS}/b/l", "..")),
        None,
    ),
    "a link to itself": (link(f"{AGENTS}/bad.md", "bad.md"), "dangling-link"),
    "a skill that is a link to itself": (link(f"{SKILLS}/bad/SKILL.md", "SKILL.md"), "unreadable"),
    "settings that are a link to itself": (link(SETTINGS, "settings.json"), None),
    "a folder that is a link to itself": (link(SKILLS, "skills"), None),
    "a link to nowhere": (link(f"{AGENTS}/bad.md", "gone.md"), "dangling-link"),
    "a skill that leads nowhere": (link(f"{SKILLS}/bad/SKILL.md", "gone"), "dangling-link"),
    "a pipe": (pipe(f"{AGENTS}/x.md"), "not-a-file"),
    "a skill that is a pipe": (pipe(f"{SKILLS}/x/SKILL.md"), "not-a-file"),
    "a loose pipe among skills": (pipe(f"{SKILLS}/x.md"), None),
    "settings that are a pipe": (pipe(SETTINGS), None),
    "a pack that is a pipe": (pipe("agentpack.toml"), None),
    "a device": (link(f"{AGENTS}/x.md", "/dev/zero"), "not-a-file"),
    "a skill that is a device": (link(f"{SKILLS}/x/SKILL.md", "/dev/zero"), "not-a-file"),
    "settings that are a device": (link(SETTINGS, "/dev/zero"), None),
    "one name": (namesakes, "shadowed-name"),
    "a reference of 20 MB": (
        both(
            put(f"{SKILLS}/b/SKILL.md", SKILL),
            put(f"{SKILLS}/b/references/more.md", "See [it](y.md).\n" * 1_250_000),
        ),
        None,
    ),
    "settings that are no JSON": (put(SETTINGS, '{"hooks": '), None),
    "settings that are huge": (put(SETTINGS, HUGE), None),
    "settings that are deep": (put(SETTINGS, DEEP), None),
    "settings that are deep lists": (put(SETTINGS, LISTS), None),
    "settings with a long number": (put(SETTINGS, '{"hooks": ' + "9" * MILLION + "}"), None),
    "settings that are not UTF-8": (put(SETTINGS, b'{"hooks": "\xff\xfe"}'), None),
    "settings of other types": (put(SETTINGS, '{"hooks": [1, null], "permissions": 3}'), None),
    "a plugin that is no JSON": (plugin(PLUGIN, '{"name": '), "invalid-manifest"),
    "a plugin that is huge": (plugin(PLUGIN, HUGE), "invalid-manifest"),
    "a plugin that is deep": (plugin(PLUGIN, DEEP), "invalid-manifest"),
    "a plugin that is deep lists": (plugin(PLUGIN, LISTS), "invalid-manifest"),
    "a plugin of other types": (
        plugin(PLUGIN, '{"name": 3, "version": [], "agents": {}, "skills": [1], "hooks": 7}'),
        "invalid-manifest",
    ),
    "hooks that are deep": (plugin("hooks/hooks.json", DEEP), None),
    "a marketplace that is deep": (plugin(".claude-plugin/marketplace.json", DEEP), None),
    "a name of two lines": (put(f"{AGENTS}/b\na\rd.md", "---\nname: bad\n---\nx\n"), None),
    "a name of invalid bytes": (
        put(f"{AGENTS}/b\udcff\udc80d.md", "---\nname: bad\n---\nx\n"),
        "no-description",
    ),
    "a skill's name of invalid bytes": (put(f"{SKILLS}/b\udcffd/SKILL.md", "# Tables\n"), None),
    "a reference's name of invalid bytes": (
        both(
            put(f"{SKILLS}/b/SKILL.md", SKILL),
            put(f"{SKILLS}/b/references/\udcff.md", "# More\n[x](y.md)\n"),
        ),
        None,
    ),
    "a skill named with a surrogate": (put(SURROGATE, "# Tables\n"), None),
    "a surrogate in the keys": (agent(HEAD + 'model: "\\uD800"\n---\nx\n'), None),
    **{
        name: (body(text), None)
        for name, text in {
            "backticks": "`" * MILLION,
            "backticks apart": "` " * (MILLION // 2),
            "pairs of backticks": "``a" * (MILLION // 3),
            "opening brackets": "[" * MILLION,
            "brackets and one link": "[" * MILLION + "](x.md)",
            "brackets and lines": "[a](" * (MILLION // 4) + "](x.md)",
            "unclosed fences": "```\n" * (MILLION // 4),
            "an odd number of fences": "# A\n" + "```py\n" * (MILLION // 6 + 1) + "# B\n",
            "tildes": "~~~~ x\n" * (MILLION // 7),
            "fences of growing length": "".join(f"{'`' * n}\n" for n in range(3, 1400)),
            "quote signs": ">" * MILLION + "```",
            "indented fences": (" " * 1000 + "```x```\n") * 1000,
            "blanks": " " * MILLION + "x",
            "blank lines": "\n" * MILLION,
            "number signs": "#" * MILLION,
            "headings and blanks": "# " + " " * MILLION + "x",
            "headings and number signs": "# " + "# " * (MILLION // 2) + "x",
            "angle brackets": "<a " * (MILLION // 3),
            "anchors": "[x](#a)\n" + "<a id " * (MILLION // 6),
            "comments": "<!-- agentpack: allow x " * (MILLION // 24),
            "comments and blanks": "<!-- agentpack: allow x: " + " " * MILLION + "y",
            "templates": "{{" * (MILLION // 2) + "{% " * 1000,
            "guillemets": "«" * MILLION,
            "dots and slashes": "`scripts/" + "a/" * (MILLION // 2),
            "a path without an end": "](" + "a." * (MILLION // 2),
            "paths without an end": "references `references/a.py" * (MILLION // 27),
            "words": "use the skill " * (MILLION // 14),
            "a word": "x" * MILLION,
            "agents": "@agent-" * (MILLION // 7),
            "commands": "curl x | " * (MILLION // 9),
            "shells": 'sh -c "$(' * (MILLION // 9),
            "secrets": "api_key=sk-" * (MILLION // 11),
            "keys": "-----BEGIN PRIVATE KEY-----" * (MILLION // 27),
            "conflicts": "<<<<<<< a\n" * (MILLION // 10),
            "homes": "/home/" * (MILLION // 6),
            "tags": "\U000e0041" * (MILLION // 4),
            "joiners": "\u200d" * (MILLION // 3),
            "json": "```json\n" + "[" * MILLION + "]" * MILLION + "\n```\n",
            "yaml": "```yaml\n" + "[" * 10_000 + "]" * 10_000 + "\n```\n",
            "python": "```python\n" + "(" * 20_000 + ")" * 20_000 + "\n```\n",
            "toml": "```toml\na = " + "[" * 20_000 + "]" * 20_000 + "\n```\n",
            "allowances": "<!-- agentpack: allow unknown-colour: y -->\n" * (MILLION // 45),
            "many blocks": "```json\n{}\n```\n[x](a.md) `y`\n" * (MILLION // 30),
        }.items()
    },
}


def test_there_are_rules_that_are_off() -> None:
    """Otherwise a part of what follows would show nothing."""
    assert len(OFF) >= 10


def tree(make: Callable[[dict[str, str]], Path], broken: Break) -> Path:
    """A good tree, broken."""
    root = make({f"{AGENTS}/good.md": KNOWN})
    broken(root)
    return root


def rules(out: str, path: str) -> set[str]:
    """The rules that fired for what has `path` in its path."""
    found = json.loads(out)["findings"]
    return {finding["rule"] for finding in found if path in finding["path"]}


@pytest.mark.parametrize("name", TREES)
def test_a_hostile_tree_is_linted_to_its_end(agentpack, make, name) -> None:
    """Lint ends without a bug's exit code, judges the good agent, and names what is broken."""
    broken, rule = TREES[name]
    root = tree(make, broken)
    began = time.monotonic()
    with bounds():
        code, out, err = agentpack("lint", root, "--format", "json")
    print(f"{name}: {time.monotonic() - began:.1f} s")
    assert (code, err) == (1, "")
    if rule != "invalid-manifest":  # Of such a plugin, nothing loads.
        assert "unknown-colour" in rules(out, "/good.md")
    if rule:
        assert rule in {finding["rule"] for finding in json.loads(out)["findings"]}


@pytest.mark.parametrize("name", TREES)
def test_a_hostile_tree_is_linted_to_its_end_by_the_rules_that_are_off(
    agentpack, make, name
) -> None:
    """The rules that run only when they are asked for come to an end in the same time."""
    root = tree(make, TREES[name][0])
    began = time.monotonic()
    with bounds():
        chosen = [f"--select={rule}" for rule in ("unknown-colour", *OFF)]
        code, _, err = agentpack("lint", root, "--format", "json", *chosen)
    print(f"{name}: {time.monotonic() - began:.1f} s")
    assert code in (0, 1)
    assert err == ""


@pytest.mark.parametrize("name", TREES)
def test_a_hostile_tree_is_inspected_to_its_end(agentpack, make, name) -> None:
    """Inspect ends without a bug's exit code, and has the good agent, in both of its formats."""
    root = tree(make, TREES[name][0])
    for shape in ("json", "text"):
        began = time.monotonic()
        with bounds():
            code, out, err = agentpack("inspect", root, "--format", shape)
        print(f"{name}, {shape}: {time.monotonic() - began:.1f} s")
        assert code in (0, 1)
        assert err == ""
        assert TREES[name][1] == "invalid-manifest" or "good" in out


@pytest.mark.parametrize("name", TREES)
def test_a_hostile_tree_is_mended_to_its_end(agentpack, make, name) -> None:
    """`lint --fix` in text ends without a bug's exit code, and shows the good agent's finding."""
    root = tree(make, TREES[name][0])
    began = time.monotonic()
    with bounds():
        code, out, err = agentpack("lint", root, "--fix")
    print(f"{name}: {time.monotonic() - began:.1f} s")
    assert (code, err) == (1, "")
    assert "[unknown-colour]" in out or "[invalid-manifest]" in out


@pytest.mark.parametrize("path", [f"{AGENTS}/bad.md", f"{SKILLS}/bad/SKILL.md"])
def test_a_file_that_may_not_be_read_is_told(agentpack, path) -> None:
    """What the reader has no right to is a finding, and the good agent beside it is judged."""
    # Not pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        put(f"{AGENTS}/good.md", KNOWN)(root)
        put(path, f"{HEAD}---\nx\n")(root)
        (root / path).chmod(0)
        with nobody(), bounds():
            code, out, err = agentpack("lint", root, "--format", "json")
            inspected = agentpack("inspect", root)
            mended = agentpack("lint", root, "--fix")
    assert (code, err) == (1, "")
    assert "unreadable" in rules(out, path)
    assert "unknown-colour" in rules(out, "/good.md")
    assert (inspected[0], inspected[2]) == (1, "")
    assert (mended[0], mended[2]) == (1, "")


@pytest.mark.parametrize("shape", ["text", "json", "github", "gitlab", "sarif"])
def test_a_root_whose_name_is_no_text_is_linted(agentpack, make, shape) -> None:
    """Every format shows findings below a folder whose name is not UTF-8."""
    root = make({"bx/.claude/agents/good.md": KNOWN})
    folder = (root / "bx").rename(root / "b\udcff")
    code, out, err = agentpack("lint", folder, "--format", shape)
    assert (code, err) == (1, "")
    assert "unknown-colour" in out
