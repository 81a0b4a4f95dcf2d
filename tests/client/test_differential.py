"""Hunt for files that the real client reads otherwise than we do.

By default a small, fixed hunt. AGENTPACK_FUZZ=2000 asks about that many files,
other ones each time, and AGENTPACK_CLAUDE names the client. What is found is
shrunk and printed in the shape of a case for tests/data/client/cases.
"""

from __future__ import annotations

import json
import os

import hypothesis
from hypothesis import strategies as st

from agentpack.client import Binary, agreement, case
from agentpack.client.case import NAME, Case

BUDGET = int(os.environ.get("AGENTPACK_FUZZ", "80"))

WORDS = ["a", "use when asked", "Read", "Read, Bash", "Bash(git:*)", "mcp__x__y", "sonnet", "yes"]
SCALARS = [
    *["true", "no", "null", "~", "12", "1.5", "0x1f", "2026-01-01", "''", '""', "'it''s'"],
    *['"a \\n b"', "a: b", "a #b", "[a, b]", "[a", "{a: b}", "@x", "`x`", "*bold*", "%x", "!x"],
    *["|\n  one\n  two", ">-\n  one\n  two", "\n  - a\n  - b", "\n- a", "\n  k: v", "- x", "? x"],
    *[
        "a\\nb",
        "<b>",
        "é 日本",
        "a\u00a0b",
        '"x" y',
        "'x",
        "a---b",
        "&x a",
        "*x",
        "|2\n   x",
        "a\tb",
    ],
    *["a\n  b", '"a\n  b"', "[a,\n  b,\n]", "*", "Read Bash", "fork", "**", "src/**"],
    *[
        "word " * 400,
        "x" * 1600,
        "😀" * 800,
        "|\n  " + "long " * 350,
        "e\u0301 \u200d\u202e",
        '"\\ud83d"',
    ],
    *[
        "|\n\t\n",
        ">2\n \t",
        "|\n  a\n\tb",
        "|+\n  a\n\n",
        "? a\n  : b",
        "!!str 12",
        "!!int '3'",
        "<<",
    ],
    *[
        "{PreToolUse: []}",
        "{PreToolUse: [{hooks: []}]}",
        "{Stop: x}",
        "[Stop]",
        "{}",
        "{Bogus: [1]}",
    ],
    *["{PreToolUse: [{matcher: Bash, hooks: [{type: command, command: 'true'}]}]}"],
    *[
        "{a: b, c: [d, {e: f}]}",
        "[[a], {b: c}]",
        "-0",
        "1e3",
        "0o17",
        "+1",
        ".inf",
        "12:30",
        "1_000",
    ],
]
SIGNS = [
    *["\n", "\n\n", " ", "  ", "\t", ":", ": ", " #", "#", '"', "'", "- ", "-", "[", "]", "{", "}"],
    *[",", "|", ">", "&a ", "*a", "!x ", "\\", "\r", "\r\n", "\x0b", "\x85", "\u00a0", "\u2028"],
    *["\ufeff", "%", "@", "`", "? ", "...", "---", "\x01", "\0", "1", "true", "é", "😀", "<<: "],
    *["\\n", "\udcff", "\udcc3", "=", "~", "\u200b", "\x1b", "|-\n", ">+\n", "&", "*", "!"],
]
KEYS = [
    *["name", "description", "tools", "disallowedTools", "model", "skills", "color", "memory"],
    *["hooks", "permissionMode", "x", "Name", "paths", "when_to_use", "disable-model-invocation"],
]


def pairs(lead: list[str]) -> st.SearchStrategy[str]:
    """Frontmatter of keys and values, most of it plausible."""
    value = st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(SCALARS),
        st.lists(st.sampled_from([*WORDS, *SIGNS]), min_size=1, max_size=5).map("".join),
    )
    gap = st.sampled_from([": ", ": ", ": ", ": ", ":", ":  ", " : ", ":\t"])
    line = st.tuples(st.sampled_from(KEYS), gap, value).map("".join)
    line = line.map(lambda text: text + NAME if text.startswith("name") else text)
    described = value.map("description: {}".format)
    return st.tuples(described, st.lists(line, max_size=4), st.randoms(use_true_random=False)).map(
        lambda drawn: shuffled([*lead, drawn[0], *drawn[1]], drawn[2])
    )


def shuffled(lines: list[str], random) -> str:
    if random.random() < 0.3:
        random.shuffle(lines)
    return "\n".join(lines) + "\n"


@st.composite
def mutated(draw, texts: st.SearchStrategy[str]) -> str:
    """A text with a few signs put in, or characters taken out."""
    text = draw(texts)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        if draw(st.booleans()):
            text = text[:place] + draw(st.sampled_from(SIGNS)) + text[place:]
        else:
            text = text[:place] + text[place + draw(st.integers(1, 3)) :]
    return text


def whole(frontmatter: str, ends: str, opening: str, closing: str) -> str:
    text = f"{opening}\n{frontmatter}{closing}\n# Title\n\nBody\n"
    return text.replace("\n", ends)


def files(lead: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        whole,
        mutated(pairs(lead)),
        st.sampled_from(["\n"] * 8 + ["\r\n", "\r"]),
        st.sampled_from(
            ["---"] * 12 + ["--- ", "---\t", "\ufeff---", " ---", "\n---", "----", "---\n"]
        ),
        st.sampled_from(
            ["---"] * 12
            + ["--- ", " ---", "----", "...", "", "--- x", "---\n---", "---\nname: b\n---"]
            + ["...\n---", "--- # x", "%YAML 1.2\n---"]
        ),
    )


FOLDERS = st.sampled_from(
    ["", "", "", "a/", "a/b/", ".hid/", "A b/", "x.md/", "node_modules/", "é/"]
)
BEFORE = st.sampled_from(["", "", "", ".", "-", "A b", "é", "README", "@", "#", "a.b."])
SUFFIX = st.sampled_from([".md"] * 9 + [".MD", ".markdown", "", ".md.txt", ".mdx"])
AGENTS = st.builds(
    lambda folder, before, suffix, text: Case(
        "fuzz", {f".claude/agents/{NAME}/{folder}{before}{NAME}{suffix}": text}
    ),
    *[FOLDERS, BEFORE, SUFFIX, files([f"name: {NAME}"])],
)
NAMED = st.builds(
    # The name is what is tried here, and the case is known again by its description.
    lambda name, rest: case.agent(
        "fuzz", f"---\nname: {name}\ndescription: D {NAME}\n{rest}---\nB\n"
    ),
    st.one_of(
        st.sampled_from(SCALARS).map(
            lambda value: value.replace("a", f"a{NAME}").replace("x", NAME)
        ),
        st.lists(st.sampled_from([NAME, *SIGNS]), min_size=1, max_size=4).map("".join),
    ).filter(lambda name: NAME in name),
    st.sampled_from(["", "tools: Read\n", "model: x\n"]),
)
SKILL_FOLDERS = st.sampled_from(
    [f"{NAME}/"] * 8
    + [f".{NAME}/", f"{NAME}/in/", f"a b {NAME}/", f"{NAME}.md/", f"é{NAME}😀/", f"a:{NAME}/"]
    + [f"{NAME}.b/", f"-{NAME}/", f"{NAME}'\"/", f"<{NAME}>/"]
)
SKILL_FILES = st.sampled_from(
    ["SKILL.md"] * 10 + ["skill.md", "Skill.md", "SKILL.MD", "README.md", "skills/SKILL.md"]
)
SKILLS = st.builds(
    lambda folder, manifest, text: Case("fuzz", {f".claude/skills/{folder}{manifest}": text}),
    SKILL_FOLDERS,
    SKILL_FILES,
    files([]),
)
LINKED = st.builds(
    # A file or a folder elsewhere, and a link to it where the client looks.
    lambda path, target, text, both: Case(
        "fuzz",
        {f"{both}{NAME}/{target}": text},
        {f".claude/{path}": f"{'../' * path.count('/')}../{both}{NAME}/{target}"},
    ),
    st.sampled_from([f"agents/{NAME}.md", f"agents/a/{NAME}.md", f"agents/{NAME}.txt"]),
    st.sampled_from(["x.md", "x.txt"]),
    files([f"name: {NAME}"]),
    st.sampled_from(["", ".claude/agents/", ".claude/skills/"]),
)
PLUGIN_AGENTS = st.builds(
    lambda folder, before, suffix, text: Case(
        "fuzz",
        {case.PLUGIN: f'{{"name": "{NAME}"}}', f"{NAME}/agents/{folder}{before}{suffix}": text},
    ),
    FOLDERS,
    st.sampled_from(["a", "A b", "é", "README", "-x", ".x", "a.b"]),
    SUFFIX,
    st.one_of(files(["name: a"]), files([])),
)
PLUGIN_SKILLS = st.builds(
    lambda folder, manifest, text: Case(
        "fuzz",
        {case.PLUGIN: f'{{"name": "{NAME}"}}', f"{NAME}/skills/{folder}{manifest}": text},
    ),
    SKILL_FOLDERS,
    SKILL_FILES,
    files([]),
)


def made(budget: int) -> list[Case]:
    """So many made-up cases."""
    cases: list[Case] = []

    @hypothesis.settings(
        max_examples=budget,
        deadline=None,
        database=None,
        derandomize="AGENTPACK_FUZZ" not in os.environ,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(
        st.one_of(AGENTS, AGENTS, NAMED, SKILLS, LINKED, PLUGIN_AGENTS, PLUGIN_SKILLS)
    )
    def collect(one: Case) -> None:
        cases.append(Case(f"fuzz-{len(cases)}", one.files, one.links))

    collect()
    return cases


def test_the_client_and_the_prediction_agree_on_made_up_files(claude: Binary) -> None:
    """Whatever the file, the same agents and skills load, with the same names and texts."""
    cases = made(BUDGET)
    assert len(cases) >= BUDGET // 2
    found = agreement.disagreements(claude, cases)
    if found:
        least = agreement.shrink(claude, found[0])
        told = json.dumps(least.case.to_json(), ensure_ascii=True)
        raise AssertionError(
            f"Claude Code {claude.version} disagrees on {len(found)} of {len(cases)}, such as\n"
            f"{told}\nclient:    {least.client}\npredicted: {least.predicted}\n{least.log}"
        )
