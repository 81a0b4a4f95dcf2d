"""The installers that `install.py` runs side by side: the commands, and where their files are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

OURS = str(Path(sys.executable).parent / "agentpack")


class MissingError(Exception):
    """A peer that cannot run here, and why."""


@dataclass
class World:
    """A throwaway home and project, and the repository of a made pack."""

    home: Path
    project: Path
    pack: Path
    cpu: float = field(default=0.0)
    """Seconds that the last command took, of all processes."""
    code: int = field(default=0)

    def run(self, *command: str, cwd: Path | None = None) -> None:
        """Run one command with this home and nothing else inherited but the PATH."""
        before = os.times()
        run = subprocess.run(
            command,
            cwd=cwd or self.project,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "XDG_CACHE_HOME": str(self.home / ".cache"),
                "DISABLE_TELEMETRY": "1",
                "DO_NOT_TRACK": "1",
                "CI": "1",
                "GIT_AUTHOR_NAME": "A",
                "GIT_AUTHOR_EMAIL": "a@example.org",
                "GIT_COMMITTER_NAME": "A",
                "GIT_COMMITTER_EMAIL": "a@example.org",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "protocol.file.allow",
                "GIT_CONFIG_VALUE_0": "always",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        after = os.times()
        self.cpu = sum(after[2:4]) - sum(before[2:4])
        self.code = run.returncode
        self.said = run.stdout + run.stderr


class Peer:
    """One installer. A command that it does not have stays as it is here."""

    name = ""
    program = ""
    version = ("--version",)
    agents = True
    """Whether it installs agents, and not skills only."""

    def require(self, world: World) -> str:
        """Its version.

        Raises:
            MissingError: it is not on the PATH, or does not start.
        """
        if shutil.which(self.program) is None:
            raise MissingError(f"{self.program} is not on the PATH")
        world.run(self.program, *self.version)
        if world.code:
            why = next((li for li in world.said.splitlines() if "Error" in li), world.said[-80:])
            raise MissingError(why.strip())
        return (world.said.strip().splitlines() or ["?"])[-1][-24:]

    def install(self, world: World) -> None:
        """Install the pack."""
        raise NotImplementedError

    def update(self, world: World) -> None:
        """Bring the project to what the pack has now."""
        self.install(world)

    def uninstall(self, _: World, /) -> bool:
        """Take the pack away; False: it has no way to."""
        return False

    def place(self, world: World, path: str) -> Path:
        """Where the pack's `agents/x.md` or `skills/…` is."""
        return world.project / ".claude" / path


class Agentpack(Peer):
    name, program = "agentpack", OURS

    def install(self, world: World) -> None:
        world.run(OURS, "install", "--from", f"{world.pack.as_uri()}@*")

    def update(self, world: World) -> None:
        world.run(OURS, "update")

    def uninstall(self, world: World, /) -> bool:
        world.run(OURS, "uninstall")
        return True


class Apm(Peer):
    name, program = "apm", "apm"

    def install(self, world: World) -> None:
        world.run("apm", "install", str(world.pack), "--target", "claude")

    def update(self, world: World) -> None:
        # `apm update` asks for newer refs, which a folder has none of.
        world.run("apm", "install")

    def uninstall(self, world: World, /) -> bool:
        world.run("apm", "uninstall", str(world.pack))
        return True


class Skills(Peer):
    name, program, agents = "skills", "skills", False

    def install(self, world: World) -> None:
        options = ("-a", "claude-code", "-s", "*", "-y", "--copy")
        world.run("skills", "add", str(world.pack), *options)

    def uninstall(self, world: World, /) -> bool:
        # `--all` takes the user's own skills away as well.
        ours = sorted(path.name for path in (world.pack / "skills").iterdir())
        world.run("skills", "remove", *ours, "-a", "claude-code", "-y")
        return True


class Ruler(Peer):
    name, program = "ruler", "ruler"

    def install(self, world: World) -> None:
        for part in ("agents", "skills"):
            source = world.project / ".ruler" / part
            shutil.rmtree(source, ignore_errors=True)
            shutil.copytree(world.pack / part, source)
        options = ("--agents", "claude", "--subagents", "--local-only", "--no-gitignore")
        world.run("ruler", "apply", *options)

    def uninstall(self, world: World, /) -> bool:
        world.run("ruler", "revert", "--agents", "claude", "--local-only")
        shutil.rmtree(world.project / ".ruler")
        return True


class Rulesync(Peer):
    name, program = "rulesync", "rulesync"

    def install(self, world: World) -> None:
        source = world.project / ".rulesync"
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(world.pack / "agents", source / "subagents")
        shutil.copytree(world.pack / "skills", source / "skills")
        for file in (*source.glob("subagents/*.md"), *source.glob("skills/*/SKILL.md")):
            file.write_text(file.read_text().replace("---\n", '---\ntargets: ["*"]\n', 1))
        world.run("rulesync", "generate", "-t", "claudecode", "-f", "subagents,skills")


class Copier(Peer):
    name, program = "copier", "copier"

    def install(self, world: World) -> None:
        world.run("copier", "copy", "--defaults", str(world.pack), str(world.project))

    def update(self, world: World) -> None:
        for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "mine")):
            world.run("git", *command)
        world.run("copier", "update", "--defaults")


class Plugin(Peer):
    name, program = "claude plugin", "claude"

    def install(self, world: World) -> None:
        world.run("claude", "plugin", "marketplace", "add", str(world.pack))
        world.run("claude", "plugin", "install", "made@made", "--scope", "project")

    def update(self, world: World) -> None:
        world.run("claude", "plugin", "marketplace", "update", "made")
        world.run("claude", "plugin", "update", "made@made", "--scope", "project")

    def uninstall(self, world: World, /) -> bool:
        world.run("claude", "plugin", "uninstall", "made@made", "--scope", "project")
        return True

    def place(self, world: World, path: str) -> Path:
        cache = world.home / ".claude/plugins/cache/made/made"
        return max(cache.iterdir(), default=cache) / path if cache.is_dir() else cache / path


class Templates(Peer):
    name, program = "claude-code-templates", "claude-code-templates"

    def require(self, world: World) -> str:
        super().require(world)
        raise MissingError("it takes its own catalogue from the network, and no pack of a user's")


PEERS = (Agentpack(), Apm(), Skills(), Ruler(), Rulesync(), Copier(), Plugin(), Templates())
