"""What installers of agents and skills lose, and what they cost, on the same made packs.

    ./dev run python benchmarks/install.py [PEER...]

Peers that are on the PATH run beside agentpack: apm and copier from PyPI; skills, ruler, rulesync
and claude-code-templates from npm; and Claude Code's own plugins. Each runs in a throwaway home
and project, on a repository on this disk: no network.

The small pack has 3 agents and 5 skills. The user has an agent and a skill of their own, installs
1.0.0, edits, adds and deletes files, and updates to 2.0.0. The large one has 155 skills in 900
files. CPU and wall are of the peer's own processes, the median of three runs for the small pack.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from peers import PEERS, MissingError, Peer, World

RUNS = 3
MINE = "A line of the user's own.\n"
OWN = {
    "agents/mine.md": "---\nname: mine\ndescription: Mine. Use it.\n---\nMine.\n",
    "skills/mine/SKILL.md": "---\nname: mine\ndescription: Mine. Use it.\n---\nMine.\n",
}
WORDS = "review the code of a service and its tests before it is released to those who use it"
IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.org")


def text(name: str, first: str) -> str:
    middle = "\n\n".join(f"{number}. {WORDS}." for number in range(9))
    return f"---\nname: {name}\ndescription: Does {name}. Use it.\n---\n\n{first}\n\n{middle}\n"


def small(version: str) -> dict[str, str]:
    """The small pack: 2.0.0 changes the first line of everything, and drops one page."""
    first = f"This is {version}."
    files = {f"agents/{n}.md": text(n, first) for n in ("reviewer", "builder", "fixer")}
    for name in ("style", "names", "tests", "errors", "logs"):
        files[f"skills/{name}/SKILL.md"] = text(name, first)
        files[f"skills/{name}/references/more.md"] = f"# More\n\n{WORDS}\n"
    if version == "1.0.0":
        files["skills/style/references/old.md"] = "# Old\n"
    return files


def large(_: str) -> dict[str, str]:
    rng = random.Random(1)
    words = WORDS.split()
    files = {}
    for number in range(155):
        page = "\n".join(" ".join(rng.choice(words) for _ in range(14)) for _ in range(60))
        name = f"skill-{number}"
        files[f"skills/{name}/SKILL.md"] = text(name, page)
        for inner in range(5 if number % 5 else 4):
            files[f"skills/{name}/references/r{inner}.md"] = f"# Page\n\n{page}\n"
    files["agents/one.md"] = text("one", "One.")
    return files


def publish(pack: Path, version: str, files: dict[str, str]) -> None:
    """Commit and tag a version, in the layouts of a plugin and of a copier template."""
    for part in ("agents", "skills", "template", ".claude-plugin"):
        shutil.rmtree(pack / part, ignore_errors=True)
    plugin = {"name": "made", "version": version, "description": "Made.", "author": {"name": "A"}}
    offer = {"name": "made", "source": "./", "description": "Made.", "version": version}
    market = {"name": "made", "description": "Made.", "owner": {"name": "A"}, "plugins": [offer]}
    everything = {
        **files,
        **{f"template/.claude/{path}": body for path, body in files.items()},
        ".claude-plugin/plugin.json": json.dumps(plugin),
        ".claude-plugin/marketplace.json": json.dumps(market),
        "copier.yml": "_subdirectory: template\n_templates_suffix: .jinja\n",
        "template/{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers|to_yaml }}\n",
    }
    for path, body in everything.items():
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_text(body)
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", version]):
        subprocess.run(["git", *IDENTITY, *command], cwd=pack, check=True, capture_output=True)
    subprocess.run(["git", *IDENTITY, "tag", version], cwd=pack, check=True)


def world(folder: Path, files: Callable[[str], dict[str, str]], own: dict[str, str]) -> World:
    made = World(folder / "home", folder / "project", folder / "pack")
    for place in (made.home, made.project, made.pack):
        place.mkdir(parents=True)
    (made.project / "README.md").write_text("# A project\n")
    for path, body in own.items():
        (made.project / ".claude" / path).parent.mkdir(parents=True, exist_ok=True)
        (made.project / ".claude" / path).write_text(body)
    publish(made.pack, "1.0.0", files("1.0.0"))
    return made


def timed(one: World, step: Callable[[World], object]) -> tuple[float, float]:
    start = time.perf_counter()
    step(one)
    return one.cpu, time.perf_counter() - start


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def of(place: Path) -> str:
    return place.read_text() if place.is_file() else ""


def edits(peer: Peer, one: World) -> dict[str, str]:
    """Install, edit, update: what became of each kind of change."""
    peer.install(one)
    kind = "agents/reviewer.md" if peer.agents else "skills/tests/SKILL.md"
    beside, over = peer.place(one, kind), peer.place(one, "skills/names/SKILL.md")
    if not beside.is_file():
        return {"installs": f"no, exit {one.code}"}
    beside.write_text(beside.read_text() + MINE)
    over.write_text(over.read_text().replace("This is 1.0.0.", MINE.strip()))
    added = peer.place(one, "skills/style/references/mine.md")
    added.write_text(MINE)
    deleted = peer.place(one, "skills/logs/references/more.md")
    deleted.unlink()
    publish(one.pack, "2.0.0", small("2.0.0"))
    peer.update(one)
    now, mine = of(peer.place(one, kind)), MINE in of(peer.place(one, kind))
    overlap = MINE.strip() in of(peer.place(one, "skills/names/SKILL.md"))
    fresh = "This is 2.0.0." in now
    gone = not peer.place(one, "skills/style/references/old.md").exists()
    return {
        "edit beside a change": "merged" if mine and fresh else "kept, old" if mine else "LOST",
        "edit over a change": f"kept, exit {one.code}" if overlap else f"LOST, exit {one.code}",
        "file added to a skill": "kept"
        if peer.place(one, "skills/style/references/mine.md").exists()
        else "LOST",
        "file deleted": "stays"
        if not peer.place(one, "skills/logs/references/more.md").exists()
        else "comes back",
        "dropped by the pack": "goes" if gone else "stays",
        "own agent and skill": "kept"
        if all(of(one.project / ".claude" / path) == body for path, body in OWN.items())
        else "LOST",
    }


def same_name(peer: Peer, one: World) -> str:
    """The user has a file where one of the pack's is to go."""
    path = "agents/reviewer.md" if peer.agents else "skills/style/SKILL.md"
    own = one.project / ".claude" / path
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(MINE)
    before = snapshot(one.project)
    peer.install(one)
    if of(own) != MINE:
        return f"LOST, exit {one.code}"
    whole = "nothing written" if snapshot(one.project) == before else "the rest written"
    return f"kept, {whole}, exit {one.code}"


def prior_tree(peer: Peer, one: World) -> str:
    """Install and uninstall: the project as it was?"""
    before = snapshot(one.project)
    peer.install(one)
    if not peer.uninstall(one):
        return "no uninstall"
    after = snapshot(one.project)
    left, lost = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    other = sum(after[path] != before[path] for path in after.keys() & before.keys())
    if not (left or lost or other):
        return "the prior tree"
    return f"{left} left, {lost} lost, {other} changed"


def measure(peer: Peer, top: Path) -> dict[str, str]:
    first = world(top / "edits", small, OWN)
    found = {"version": peer.require(first), **edits(peer, first)}
    if "installs" in found:
        return found
    found["own file of its name"] = same_name(peer, world(top / "same", small, OWN))
    found["uninstall"] = prior_tree(peer, world(top / "prior", small, OWN))
    times = []
    for number in range(RUNS):
        one = world(top / f"time{number}", small, {})
        start = timed(one, peer.install)
        publish(one.pack, "2.0.0", small("2.0.0"))
        times.append((start, timed(one, peer.update)))
    for name, at in (("install", 0), ("update", 1)):
        cpu, wall = (median(run[at][kind] for run in times) for kind in (0, 1))
        found[f"small: {name}"] = f"{cpu:.2f} s CPU, {wall:.2f} wall"
    cpu, wall = timed(world(top / "large", large, {}), peer.install)
    found["155 skills: install"] = f"{cpu:.2f} s CPU, {wall:.2f} wall"
    return found


def main() -> None:
    wanted = sys.argv[1:]
    for peer in PEERS:
        if wanted and peer.name not in wanted:
            continue
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            print(f"\n{peer.name}{'' if peer.agents else ' (skills only)'}", flush=True)
            try:
                found = measure(peer, Path(folder))
            except (MissingError, subprocess.TimeoutExpired) as why:
                print(f"  did not run: {why}")
                continue
            for what, result in found.items():
                print(f"  {what:22} {result}")


if __name__ == "__main__":
    main()
